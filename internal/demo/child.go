package demo

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// child is `rootwatch serve` as a process of its own.
type child struct {
	cmd  *exec.Cmd
	done chan struct{} // closed when the process has ended
	log  *os.File
}

// readyWithin bounds the start of the bot: migrations and the first slots.
const readyWithin = 30 * time.Second

func startChild(binary, config string, ahead time.Duration, env []string, logPath string) (*child, error) {
	if binary == "" {
		self, err := os.Executable()
		if err != nil {
			return nil, err
		}
		binary = self
	}
	log, err := os.OpenFile(logPath, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	c := &child{cmd: exec.Command(binary, "serve", "--config", config, "--while-stdin", "--time-offset="+ahead.String()), done: make(chan struct{}), log: log}
	c.cmd.Env, c.cmd.Stdout, c.cmd.Stderr = env, log, log
	// The other end is ours alone: however we end, the bot sees it close and ends too.
	if _, err := c.cmd.StdinPipe(); err != nil {
		return nil, errors.Join(err, log.Close())
	}
	if err := c.cmd.Start(); err != nil {
		return nil, errors.Join(err, log.Close())
	}
	go func() {
		_ = c.cmd.Wait() // how it ended is in its log
		_ = log.Close()
		close(c.done)
	}()
	return c, nil
}

// ready waits until the bot takes requests; a bot that does not is killed.
func (c *child) ready(ctx context.Context, url string) error {
	err := c.answers(ctx, url)
	if err == nil {
		return nil
	}
	c.kill()
	text, _ := os.ReadFile(c.log.Name())
	return fmt.Errorf("the bot did not start: %w\n%s", err, text)
}

func (c *child) answers(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/readyz", nil)
		if err != nil {
			return err
		}
		response, err := http.DefaultClient.Do(request)
		if err == nil {
			_ = response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-c.done:
			return errors.New("it ended")
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// kill ends the process as a power cut would, and waits until it is gone.
func (c *child) kill() {
	_ = c.cmd.Process.Kill()
	<-c.done
}

// stop asks the process to end and waits until it has.
func (c *child) stop() error {
	if err := c.cmd.Process.Signal(syscall.SIGTERM); errors.Is(err, os.ErrProcessDone) {
		return nil
	} else if err != nil {
		return err
	}
	select {
	case <-c.done:
	case <-time.After(15 * time.Second):
		c.kill()
		return errors.New("the bot did not stop when it was asked to")
	}
	return nil
}
