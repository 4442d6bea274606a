package config

import (
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"
)

// WriteCompletion writes a script with which a shell (bash, zsh or fish) completes
// commands, flags, and the values of flags that have only a few.
func WriteCompletion(w io.Writer, shell string) error {
	parser, err := newParser(&Config{})
	if err != nil {
		return err
	}
	write := map[string]func([]*kong.Node) string{"bash": bash, "zsh": zsh, "fish": fish}[shell]
	_, err = io.WriteString(w, write(parser.Model.Leaves(true)))
	return err
}

// words returns a command's flags, and the values of those that have only a few.
func words(command *kong.Node) (flags []string, values map[string][]string) {
	values = map[string][]string{}
	for _, flag := range command.Flags {
		if flag.Hidden {
			continue
		}
		flags = append(flags, "--"+flag.Name)
		if flag.Tag.Negatable != "" {
			flags = append(flags, "--no-"+flag.Name)
		}
		if flag.Enum != "" {
			values["--"+flag.Name] = strings.Split(flag.Enum, ",")
		}
	}
	return flags, values
}

// bash returns the script for bash. For a flag with any value it offers file names.
func bash(commands []*kong.Node) string {
	var names []string
	var cases strings.Builder
	for _, command := range commands {
		names = append(names, command.Name)
		flags, values := words(command)
		fmt.Fprintf(&cases, "    %s)\n      case $before in\n", command.Name)
		for _, flag := range flags {
			if some := values[flag]; some != nil {
				fmt.Fprintf(&cases, "        %s) COMPREPLY=($(compgen -W '%s' -- \"$word\")); return ;;\n", flag, strings.Join(some, " "))
			}
		}
		for _, argument := range command.Positional {
			flags = append(flags, strings.Split(argument.Enum, ",")...)
		}
		fmt.Fprintf(&cases, "      esac\n      COMPREPLY=($(compgen -W '%s' -- \"$word\")) ;;\n", strings.TrimSpace(strings.Join(flags, " ")))
	}
	return `# Load it by: source <(clientgraph completion bash)
_clientgraph() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '` + strings.Join(names, " ") + `' -- "$word"))
    return
  fi
  case ${COMP_WORDS[1]} in
` + cases.String() + `  esac
}
complete -o default -F _clientgraph clientgraph
`
}

// zsh returns the script for zsh, which runs bash's.
func zsh(commands []*kong.Node) string {
	return "#compdef clientgraph\n# Load it by: source <(clientgraph completion zsh)\nautoload -U +X bashcompinit && bashcompinit\n" + bash(commands)
}

func fish(commands []*kong.Node) string {
	script := strings.Builder{}
	script.WriteString("# Load it by: clientgraph completion fish | source\n")
	for _, command := range commands {
		fmt.Fprintf(&script, "complete -c clientgraph -f -n __fish_use_subcommand -a %s -d %s\n", command.Name, quoted(firstSentence(command.Help)))
		flags, values := words(command)
		for _, flag := range flags {
			fmt.Fprintf(&script, "complete -c clientgraph -n '__fish_seen_subcommand_from %s' -l %s", command.Name, strings.TrimPrefix(flag, "--"))
			if some := values[flag]; some != nil {
				fmt.Fprintf(&script, " -xa %s", quoted(strings.Join(some, " ")))
			}
			script.WriteString("\n")
		}
		for _, argument := range command.Positional {
			if argument.Enum != "" {
				fmt.Fprintf(&script, "complete -c clientgraph -f -n '__fish_seen_subcommand_from %s' -a %s\n", command.Name, quoted(strings.ReplaceAll(argument.Enum, ",", " ")))
			}
		}
	}
	return script.String()
}

func firstSentence(text string) string {
	sentence, _, _ := strings.Cut(text, ".")
	return sentence
}

func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `\'`) + "'" }
