package archtest

import (
	"go/ast"
	"slices"
	"strings"
	"testing"
)

const module = "evict"

// A rule says what one package may import of this module, and why no more.
type rule struct {
	may []string // folders; "." is the root package
	why string
}

// rules has a row for every package: a new one is a decision, made here.
var rules = map[string]rule{
	".": {nil,
		"the nouns depend on nothing, so that everything can depend on them"},
	"internal/records": {[]string{"."},
		"the parser knows Microsoft's forms and our nouns; what a record means for a case is said elsewhere"},
	"internal/message": {[]string{".", "internal/records"},
		"one message is judged from its headers alone, with no case around it"},
	"internal/state": {[]string{".", "internal/detect"},
		"replays observations; it implements detect.State and knows no detector"},
	"internal/detect": {[]string{".", "internal/message"},
		"a detector sees events through a View and cannot reach the passes that run it; look-alike names are told apart in one place"},
	"internal/verdict": {[]string{".", "internal/detect"},
		"the rules of a verdict are arithmetic on findings and strands (decision 0003)"},
	"internal/timeline": {[]string{".", "internal/records", "internal/message", "internal/state", "internal/detect", "internal/verdict"},
		"the passes drive everything between a record and a verdict, and print nothing"},
	"internal/report": {[]string{"."},
		"a printer gets the finished answer; it can neither look again nor know better"},
	"internal/collect": {[]string{".", "internal/m365", "internal/casefile"},
		"brings raw bytes and coverage, from files or through the client that can only read, and does not interpret them; of casefile it uses the plain types of evidence and coverage"},
	"internal/ui": {[]string{".", "internal/report"},
		"the terminal: it shows and asks, and decides nothing; messages are made harmless as reports are"},
	"docs": {nil,
		"a page of text, so that the program says what the page says"},
	"internal/app": {[]string{".", "docs", "internal/collect", "internal/records", "internal/message", "internal/timeline", "internal/detect", "internal/verdict", "internal/m365", "internal/gate", "internal/respond", "internal/casefile", "internal/casefile/disk", "internal/simtenant", "internal/simtenant/scenarios"},
		"one method per thing a person can ask; free of any terminal"},
	"cmd/evict": {[]string{".", "internal/app", "internal/ui", "internal/report", "internal/timeline", "internal/verdict", "internal/message"},
		"a command turns flags into app's options and hands the answer to a printer; of timeline, verdict and message it uses the plain types that app's methods take and return, and logic here could not be reached by another front"},
	"internal/lab": {[]string{".", "internal/records", "internal/simtenant", "internal/simtenant/scenarios"},
		"generates tenants and scores answers; the program under test is handed to it, and of records it measures the bare decode"},
	"cmd/lab": {[]string{".", "internal/app", "internal/lab", "internal/timeline"},
		"the developers' command joins lab to app; of timeline it uses the row type that app hands out; nothing of it is in the product's binary"},
	"internal/gate": {[]string{"."},
		"permits and the journal know steps and hashes, not how a request is sent"},
	"internal/casefile": {[]string{".", "internal/gate", "internal/casefile/disk"},
		"a case on disk: it keeps bytes, lines and hashes, and knows neither a tenant nor what evidence means; it is the gate's journal"},
	"internal/casefile/disk": {nil,
		"the one way to a case's disk; it knows files, not cases, so that a test disk can stand in for it"},
	"internal/casefile/disk/crashdisk": {[]string{"internal/casefile/disk"},
		"a disk for tests that loses its power; nothing of the product may import it"},
	"internal/m365": {[]string{".", "internal/gate"},
		"the only client of Microsoft's services; a write needs the gate's permit, and what an answer means is said elsewhere"},
	"internal/respond": {[]string{".", "internal/gate", "internal/m365"},
		"plans and carries out changes; it reaches the tenant only through the client, and a write only through the gate"},
	"internal/simtenant": {nil,
		"a tenant of our own; it never knows the client, so that two independent writings of the wire format catch each other's mistakes"},
	"internal/simtenant/scenarios": {[]string{"internal/simtenant"},
		"builds tenants under attack for the simulator; ground truth is its own"},
	"internal/simtenant/contract": {nil,
		"judges the tables and requests of the client and of the simulated tenant against Microsoft's data, so it knows neither"},
	"internal/simtenant/simtest": {[]string{"internal/simtenant", "internal/simtenant/scenarios", "internal/simtenant/contract", "internal/m365", "internal/collect", "internal/casefile", "internal/casefile/disk", "internal/casefile/disk/crashdisk", "internal/timeline", "internal/app", "internal/respond", "internal/gate"},
		"tests alone: the one place where the client and the simulated tenant meet, which know nothing of each other"},
	"internal/docgen": {[]string{"internal/app", "internal/detect", "internal/m365"},
		"writes docs from the catalogs, so that they cannot drift from them"},
	"scripts/modules":   {nil, "a tool of the build, apart from the product"},
	"scripts/notices":   {[]string{"scripts/modules"}, "a tool of the build, apart from the product"},
	"scripts/release":   {[]string{"scripts/modules"}, "a tool of the build, apart from the product"},
	"examples/gen":      {nil, "sample evidence is written from scratch: using our own types, it would prove that we agree with ourselves"},
	"internal/archtest": {nil, "reads files only"},
}

// mayDial lists the packages that may import net/http: the client, and the
// simulated tenant that answers it. Reading exported evidence needs no network.
var mayDial = []string{"internal/m365", "internal/simtenant"}

// pure lists the packages that reach no file, network or clock: the same input
// gives the same answer on every machine and every day.
var pure = []string{".", "internal/records", "internal/message", "internal/state", "internal/detect", "internal/verdict", "internal/report"}

// effects lists the standard packages that a pure package may not import.
// net/netip, which only parses addresses, is not one of them.
var effects = []string{"net", "net/http", "os", "os/exec", "os/signal", "os/user", "io/ioutil", "syscall", "plugin", "unsafe", "math/rand", "math/rand/v2", "crypto/rand"}

// clock lists the functions of package time that read the clock or wait on it.
var clock = []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker"}

func TestImports(t *testing.T) {
	for _, f := range sources(t) {
		r, ok := rules[f.pkg]
		if !ok {
			t.Errorf("%s: package %s has no import rule; write one, with its reason, in imports_test.go", f.path, f.pkg)
			continue
		}
		for _, name := range f.imports() {
			if (name == "net/http" || strings.HasPrefix(name, "net/http/")) && !slices.Contains(mayDial, f.pkg) {
				t.Errorf("%s: imports %s, and %s may not dial", f.path, name, f.pkg)
			}
			if slices.Contains(pure, f.pkg) && slices.Contains(effects, name) {
				t.Errorf("%s: imports %s, and %s is pure", f.path, name, f.pkg)
			}
			if f.pkg == "." && strings.Contains(name, ".") {
				t.Errorf("%s: imports %s, and the root knows the standard library only", f.path, name)
			}
			if dep, ours := folder(name); ours && !slices.Contains(r.may, dep) {
				t.Errorf("%s: %s may not import %s: %s", f.path, f.pkg, dep, r.why)
			}
		}
	}
}

// folder returns the folder of a package of this module.
func folder(importPath string) (string, bool) {
	if importPath == module {
		return ".", true
	}
	return strings.CutPrefix(importPath, module+"/")
}

func TestPurePackagesReadNoClock(t *testing.T) {
	for _, f := range sources(t) {
		if !slices.Contains(pure, f.pkg) {
			continue
		}
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok && slices.Contains(clock, s.Sel.Name) {
				if x, ok := s.X.(*ast.Ident); ok && x.Name == "time" && x.Obj == nil {
					t.Errorf("%s: time.%s in a pure package: asOf is an input", f.at(s), s.Sel.Name)
				}
			}
			return true
		})
	}
}

// TestNoInit: what runs, runs because somebody called it, in an order that can be read.
func TestNoInit(t *testing.T) {
	for _, f := range sources(t) {
		for _, d := range f.syntax.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				t.Errorf("%s: func init; list it in a catalog instead", f.at(fn))
			}
		}
	}
}

// TestRulesNameNoStranger finds rows of packages that no longer exist.
func TestRulesNameNoStranger(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range sources(t) {
		seen[f.pkg] = true
	}
	for pkg := range rules {
		if !seen[pkg] {
			t.Errorf("rule for %s, which has no Go file", pkg)
		}
	}
}
