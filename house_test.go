package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// floors gives each package the height it is built at. A package imports only
// what lies below it; docs/decisions/0001-the-house.md says why.
var floors = map[string]int{
	"checks/account": 0, "checks/scp": 0, "config/secret": 0,
	"checks/spend": 1, "checks/domains": 1,
	"checks": 2,
	"bot":    3, "schedule": 3, "checks/export": 3,
	"bot/slack": 4, "bot/console": 4, "internal/awsorg": 4, "internal/dns": 4, "internal/store": 4, "internal/health": 4, "internal/yardstick": 4, "internal/replay": 4,
	"config": 5, "internal/demo": 5, "internal/doctor": 5, "internal/demo/cloud": 4, "internal/demo/workspace": 4, "internal/demo/page": 5, "internal/demo/nameserver": 4,
	"internal/app": 6, "internal/chaos": 6, "internal/bench": 6, "internal/wire": 6, "internal/outside": 7, "": 7,
	// Suites that tests call; nothing else imports them.
	"bot/bottest": 4, "internal/store/storetest": 4, "internal/store/pgtest": 4,
}

// level are the imports within one floor that are meant.
var level = map[string][]string{
	"schedule":      {"bot"},
	"checks/scp":    {"checks/account"},
	"internal/demo": {"config", "internal/demo/page"}, "internal/doctor": {"config"},
	"internal/store/storetest": nil,
}

// doors names the package, or the two at either end of a wire, that may import
// what begins with the key.
var doors = map[string]string{
	"github.com/slack-go/slack":  "bot/slack",
	"github.com/aws/":            "internal/awsorg",
	"modernc.org/sqlite":         "internal/store",
	"github.com/pressly/goose":   "internal/store",
	"github.com/riverqueue/":     "schedule",
	"github.com/robfig/cron":     "schedule",
	"github.com/prometheus/":     "internal/health",
	"github.com/gorilla/":        "bot/slack,internal/demo/workspace",
	"gonum.org/v1/plot":          "bot/slack,checks/export",
	"github.com/miekg/dns":       "internal/dns,internal/demo/nameserver",
	"github.com/nyaruka/":        "checks",
	"github.com/hashicorp/hcl":   "internal/awsorg",
	"github.com/invopop/":        "config",
	"go.yaml.in/yaml":            "config",
	"github.com/alecthomas/kong": "",
}

const module = "rootwatch"

type source struct {
	path, dir string
	file      *ast.File
}

func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && path != "." || d.Name() == "node_modules" || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments|parser.ImportsOnly)
		if err != nil {
			return err
		}
		dir := filepath.ToSlash(filepath.Dir(path))
		if dir == "." {
			dir = ""
		}
		all = append(all, source{path, dir, file})
		return nil
	})
	if err != nil || len(all) < 20 {
		t.Fatalf("read %d files: %v", len(all), err)
	}
	return all
}

func imports(t *testing.T, s source) []string {
	var paths []string
	for _, spec := range s.file.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	return paths
}

func TestFloors(t *testing.T) {
	for _, s := range sources(t) {
		floor, known := floors[s.dir]
		if !known {
			t.Errorf("%s: package %q has no floor; give it one in house_test.go", s.path, s.dir)
			continue
		}
		for _, path := range imports(t, s) {
			in, ours := strings.CutPrefix(path, module+"/")
			if !ours {
				if floor == 0 && strings.Contains(strings.Split(path, "/")[0], ".") {
					t.Errorf("%s: floor 0 imports only the standard library, not %s", s.path, path)
				}
				continue
			}
			below, known := floors[in]
			if !known || below > floor || below == floor && !slices.Contains(level[s.dir], in) {
				t.Errorf("%s: floor %d may not import %s", s.path, floor, in)
			}
		}
	}
}

func TestDoors(t *testing.T) {
	for _, s := range sources(t) {
		for _, path := range imports(t, s) {
			for prefix, door := range doors {
				if strings.HasPrefix(path, prefix) && !slices.Contains(strings.Split(door, ","), s.dir) {
					t.Errorf("%s: only %q may import %s", s.path, door, path)
				}
			}
		}
	}
}

func TestPackagesSayWhatTheyAre(t *testing.T) {
	said := map[string]bool{}
	for _, s := range sources(t) {
		if s.file.Doc != nil && strings.TrimSpace(s.file.Doc.Text()) != "" {
			said[s.dir] = true
		} else if !said[s.dir] {
			said[s.dir] = false
		}
	}
	for dir, ok := range said {
		if !ok {
			t.Errorf("package %q has no doc sentence", dir)
		}
	}
}

// The top level is the user's card: these rooms and no others hold Go.
func TestTopLevel(t *testing.T) {
	for _, s := range sources(t) {
		top, _, _ := strings.Cut(s.dir, "/")
		if !slices.Contains([]string{"", "bot", "checks", "schedule", "config", "internal"}, top) {
			t.Errorf("%s: Go lives in bot, checks, schedule, config and internal", s.path)
		}
		if s.dir == "" && s.path != "main.go" {
			t.Errorf("%s: the top level has one Go file, main.go", s.path)
		}
	}
}

// Each direct dependency has a line that says why it is there.
func TestDependenciesAreExplained(t *testing.T) {
	mod, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("docs/dependencies.md")
	if err != nil {
		t.Fatal(err)
	}
	explained := strings.NewReplacer("{sts,iam,organizations,account,costexplorer,ssm,secretsmanager}", "").Replace(string(page))
	modules := 0
	for line := range strings.Lines(string(mod)) {
		fields := strings.Fields(strings.TrimPrefix(line, "require "))
		if len(fields) != 2 || !strings.Contains(fields[0], ".") || !strings.HasPrefix(fields[1], "v") {
			continue // indirect ones have a comment behind them
		}
		modules++
		path := fields[0]
		if strings.HasPrefix(path, "github.com/aws/aws-sdk-go-v2") {
			path = "github.com/aws/aws-sdk-go-v2"
		}
		path = strings.TrimPrefix(path, "github.com/riverqueue/river/") // named by its end
		if !strings.Contains(explained, path) {
			t.Errorf("docs/dependencies.md does not say why %s is there", fields[0])
		}
	}
	if modules < 10 {
		t.Fatalf("only %d modules were read from go.mod", modules)
	}
}
