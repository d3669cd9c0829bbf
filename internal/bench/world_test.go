package bench_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"rootwatch/checks/account"
	"rootwatch/internal/awsorg"
	"rootwatch/internal/demo/cloud"
)

// today is the emulated organization's: nothing here depends on the date.
var today = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)

// emulator is AWS in a process of its own, so that neither its memory nor its
// garbage is measured with ours.
type emulator struct {
	url string
}

// The environment that makes this test's program the emulator.
const (
	envAccounts = "ROOTWATCH_BENCH_ACCOUNTS"
	envLatency  = "ROOTWATCH_BENCH_LATENCY"
)

func TestMain(m *testing.M) {
	if text := os.Getenv(envAccounts); text != "" {
		if err := emulate(text, os.Getenv(envLatency)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// emulate answers until standard input ends: with whoever started it.
func emulate(accounts, latency string) error {
	n, err := strconv.Atoi(accounts)
	if err != nil {
		return err
	}
	wait, err := time.ParseDuration(latency)
	if err != nil {
		return err
	}
	server := cloud.New(cloud.LargeOrganization(today, n), cloud.Options{Latency: wait})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("/", server)
	mux.HandleFunc("/-/calls", func(w http.ResponseWriter, _ *http.Request) { _ = json.NewEncoder(w).Encode(server.CallCounts()) })
	mux.HandleFunc("/-/throttle", func(_ http.ResponseWriter, r *http.Request) {
		percent, _ := strconv.Atoi(r.URL.Query().Get("percent"))
		server.ClearFaults()
		if percent > 0 {
			server.AddFault(cloud.Fault{Kind: cloud.FaultThrottle, Percent: percent})
		}
	})
	mux.HandleFunc("/-/trouble", func(_ http.ResponseWriter, _ *http.Request) { server.Update(trouble) })
	fmt.Println("http://" + listener.Addr().String())
	go func() {
		_, _ = bufio.NewReader(os.Stdin).ReadByte()
		os.Exit(0)
	}()
	return http.Serve(listener, mux)
}

func start(t testing.TB, accounts int, latency time.Duration) emulator {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), envAccounts+"="+strconv.Itoa(accounts), envLatency+"="+latency.String())
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return emulator{line[:len(line)-1]}
}

// trouble takes the role from 2 % of the accounts and suspends another 1 %.
func trouble(o *cloud.Organization) {
	n := len(o.Accounts)
	for i, a := range o.Accounts[1 : 1+n/50+n/100] {
		if i < n/50 {
			a.NoRole = true
		} else {
			a.State = account.Suspended
		}
	}
}

func (e emulator) trouble(t testing.TB) {
	t.Helper()
	answer, err := http.Get(e.url + "/-/trouble")
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
}

// calls are the calls so far, by action.
func (e emulator) calls(t testing.TB) map[string]int {
	t.Helper()
	answer, err := http.Get(e.url + "/-/calls")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	counts := map[string]int{}
	if err := json.NewDecoder(answer.Body).Decode(&counts); err != nil {
		t.Fatal(err)
	}
	return counts
}

func (e emulator) throttle(t testing.TB, percent int) {
	t.Helper()
	answer, err := http.Get(e.url + "/-/throttle?percent=" + strconv.Itoa(percent))
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
}

// collector is the real one. Requests to AWS Organizations are not held back:
// their quota is not what is measured here.
func (e emulator) collector(t testing.TB) *awsorg.Org {
	t.Helper()
	return e.collectorAt(t, time.Now)
}

// collectorAt is collector with a clock.
func (e emulator) collectorAt(t testing.TB, now func() time.Time) *awsorg.Org {
	t.Helper()
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": e.url, "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "not-a-real-secret",
		"AWS_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull,
	} {
		t.Setenv(name, value)
	}
	org, err := awsorg.Open(context.Background(), awsorg.Options{
		Scope: account.Scope{Partition: "aws", Organization: "bench"}, RoleName: cloud.DemoRole, ExternalID: cloud.DemoExternalID, OrganizationsPerSecond: 1e6, Now: now,
	})
	if err != nil {
		t.Fatal(err)
	}
	return org
}

func total(counts map[string]int) int {
	n := 0
	for _, c := range counts {
		n += c
	}
	return n
}

// flood makes n of the cheapest calls from many goroutines, with the real SDK,
// and is how many a second that was.
func (e emulator) flood(t testing.TB, n, concurrency int) float64 {
	t.Helper()
	e.collector(t) // sets the environment
	cfg, err := config.LoadDefaultConfig(t.Context(), config.WithHTTPClient(awshttp.NewBuildableClient().WithTransportOptions(func(tr *http.Transport) {
		tr.MaxIdleConns, tr.MaxIdleConnsPerHost = 1024, 256
	})))
	if err != nil {
		t.Fatal(err)
	}
	client := iam.NewFromConfig(cfg)
	var left atomic.Int64
	left.Store(int64(n))
	begun := time.Now()
	var callers sync.WaitGroup
	for range concurrency {
		callers.Go(func() {
			for left.Add(-1) >= 0 {
				if _, err := client.GetAccountPasswordPolicy(t.Context(), &iam.GetAccountPasswordPolicyInput{}); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	callers.Wait()
	return float64(n) / time.Since(begun).Seconds()
}
