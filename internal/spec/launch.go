package spec

// Launch says how one generated service is installed, built and run as
// processes on this machine. generators fills it from the service's pack, cli
// hands it to local and verify: neither of them knows what a pack is.
type Launch struct {
	Service   string
	Dir       string // absolute path of the service's folder
	Requires  []Tool
	Install   Command
	Build     Command
	Run       []string          // argv, relative to Dir; the service's environment is its only configuration
	Env       map[string]string // the spec's env
	Secrets   []string          // variables that the caller's environment must supply
	Port      int
	Instances int
	ReadyPath string
	Calls     []string // names of called services and externals
	Discovery string   // the registry's provider, "" without
	Config    string   // the config server's provider, "" without
}

// Command is a list of argv, run one after the other in the service's folder,
// never through a shell.
type Command struct {
	Name    string
	Steps   [][]string
	Inputs  []string // globs of files on which the result depends; empty means: run each time
	Outputs []string // paths that exist once it has run
}

// Tool is a program that a pack needs.
type Tool struct {
	Name    string
	Minimum string   // lowest version that works, "" for any
	Version []string // argv that prints the version
	Get     string   // how a person gets it
}
