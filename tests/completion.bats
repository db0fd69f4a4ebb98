# packaging/completions, in bash, zsh and fish.

load common

setup() {
    cd "$BATS_TEST_TMPDIR" || exit 1
    FILTERS=(csv-load fsdd-load pad-chop split-holdout lsq-fit lsq-predict stitch-wav r2-score stream-show)
    COMPLETION=$ROOT/packaging/completions/wavefill
}

# completes WORD...: what the last word, to be completed, can become, one a line, and what
# the completion has bash do otherwise. The words are those that bash makes of a line.
completes() {
    bash -c '
        compopt() { echo "compopt $*"; }
        . "$0"
        COMP_WORDS=("$@")
        COMP_CWORD=$(($# - 1))
        compspec=$(complete -p "${1##*/}") || exit 1
        [[ $compspec =~ -F\ ([^ ]+) ]] || exit 1
        "${BASH_REMATCH[1]}" "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        [ ${#COMPREPLY[@]} -eq 0 ] || printf "%s\n" "${COMPREPLY[@]}"' "$COMPLETION" "$@"
}

@test "completion: it offers the options that --help has, each with = if it takes an argument" {
    for tool in "${FILTERS[@]}"; do
        completes "$tool" - | grep -v ^compopt | sort >offered
        # -x, --long=ARG  text
        "$tool" --help | grep -Eo '^ +-[^ ]*( -[^ ]*)?( |$)' | tr -d ' ' |
            sed 's/=.*/=/; s/,/\n/' | sort >told
        [ -s told ]
        diff told offered
    done
}

@test "completion: an option takes its words, and no file" {
    run -0 completes pad-chop -l ''
    assert_output $'compopt +o default +o bashdefault\nmin\nmax'
    run -0 completes r2-score --average = va
    assert_output $'compopt +o default +o bashdefault\nvariance'
    run -0 completes r2-score -j --undefined =
    assert_output $'compopt +o default +o bashdefault\nfinite\nnan'
    run -0 completes r2-score -a ''
    assert_output $'compopt +o default +o bashdefault\nuniform\nvariance\nnone'
    run -0 completes stitch-wav --round = ''
    assert_output $'compopt +o default +o bashdefault\ntrunc\nnearest'
    run -0 completes stitch-wav --overflow ''
    assert_output $'compopt +o default +o bashdefault\nclip\nwrap\nerror'
    run -0 completes lsq-fit --ridge = a
    assert_output $'compopt +o default +o bashdefault\nauto'
    run -0 completes stitch-wav --rate = 8
    assert_output 'compopt +o default +o bashdefault'
}

@test "completion: it knows the options of its own filter only, under any path" {
    run -0 completes /usr/bin/lsq-fit --no
    assert_output $'compopt +o default +o bashdefault\n--no-intercept'
    run -0 completes fsdd-load -t 0-4 --d
    assert_output $'compopt +o default +o bashdefault\ncompopt -o nospace\n--digits='
    run -0 completes lsq-predict --c
    assert_output $'compopt +o default +o bashdefault\n--clamp'
    run -0 completes lsq-predict --d
    assert_output 'compopt +o default +o bashdefault'
}

@test "completion: operands, files of options and what stands behind -- are left to bash" {
    for line in 'lsq-predict mod' 'r2-score -f tr' 'stitch-wav -o ' 'split-holdout --heldout = x' \
        'fsdd-load --files0-from =' 'fsdd-load -q -- -d' 'pad-chop -- --len' 'r2-score -j '; do
        local words
        read -ra words <<<"$line"
        if [[ $line == *' ' ]]; then
            words+=('')
        fi
        run -0 completes "${words[@]}"
        assert_output ''
    done
}

@test "completion: it is found under the name of each filter" {
    mkdir found
    for tool in "${FILTERS[@]}"; do
        ln -s "$COMPLETION" "found/$tool"
        run -0 bash -c ". found/$tool && complete -p $tool"
        assert_output "complete -o bashdefault -o default -F _wavefill $tool"
    done
}

@test "completion: in bash, at a prompt, TAB completes options, words and names with spaces" {
    mkdir 'my dir'
    touch 'my dir/one.mat' xylophone
    "$PYTHON" - "$COMPLETION" <<'END'
import os, pty, select, sys

pid, terminal = pty.fork()
if pid == 0:
    os.environ.update(TERM="dumb", INPUTRC="/dev/null", HISTFILE="", PS1="ready> ")
    os.execvp("bash", ["bash", "--norc", "--noprofile", "-i"])

def read_until(text):
    seen = ""
    while text not in seen:
        assert select.select([terminal], [], [], 20)[0], seen
        seen += os.read(terminal, 65536).decode()
    return seen

def type_line(line, answer):
    os.write(terminal, line.encode())
    seen = read_until("ready> ")
    assert answer in seen, (line, answer, seen)

read_until("ready> ")
# In place of the filters, something that shows its arguments.
type_line("show() { printf '{%s}' \"$@\"; echo; }\n", "")
type_line("r2-score() { show \"$@\"; }; lsq-predict() { show \"$@\"; }; pad-chop() { show \"$@\"; }\n", "")
type_line(". '%s'\n" % sys.argv[1].replace("'", "'\\''"), "")
type_line("r2-score --aver\tva\t--fl\tx\t\n", "{--average=variance}{--flat}{xylophone}\r\n")
type_line("r2-score -a x\tno\t\n", "{-a}{xno}\r\n")
type_line("r2-score -a no\ttruth\n", "{-a}{none}{truth}\r\n")
type_line("lsq-predict m\to\t- \n", "{my dir/one.mat}{-}\r\n")
type_line("pad-chop -l mi\tm\t\n", "{-l}{min}{my dir/}\r\n")
os.write(terminal, b"exit\n")
os.waitpid(pid, 0)
END
}

# Lines typed at zsh's prompt, and the words that each of them has become.
@test "completion: in zsh, TAB completes options, words and names with spaces" {
    command -v zsh >/dev/null || skip 'no zsh'
    mkdir 'my dir'
    touch 'my dir/one.mat' xylophone
    "$PYTHON" - "$ROOT/packaging/completions" <<'END'
import os, pty, select, sys

pid, terminal = pty.fork()
if pid == 0:
    os.environ.update(TERM="dumb", ZDOTDIR=os.getcwd())
    os.execvp("zsh", ["zsh", "-f", "-i"])

def type_line(line):
    os.write(terminal, line.encode())
    seen = ""
    while "end of line" not in seen:
        assert select.select([terminal], [], [], 20)[0], seen
        seen += os.read(terminal, 65536).decode()
    return seen

end = "; echo end' 'of' 'line\n"
type_line("bindkey -e; COLUMNS=500; show() { printf '{%s}' \"$@\" }" + end)
type_line("fpath=('%s' $fpath); autoload -U compinit; compinit -u -D" % sys.argv[1] + end)
for line, words in (
        ("r2-score --aver\tva\t--fl\tx\t", "{r2-score}{--average=variance}{--flat}{xylophone}"),
        ("r2-score -a x\tno\t", "{r2-score}{-a}{xno}"),
        ("r2-score -a no\ttruth", "{r2-score}{-a}{none}{truth}"),
        ("lsq-predict m\to\t- ", "{lsq-predict}{my dir/one.mat}{-}"),
        ("lsq-fit --left-out=x\t--no\t", "{lsq-fit}{--left-out=xylophone}{--no-intercept}"),
        ("stitch-wav -o xy\t--ov\tw\t", "{stitch-wav}{-o}{xylophone}{--overflow=wrap}"),
        ("pad-chop -l mi\tm\t", "{pad-chop}{-l}{min}{my dir}")):
    # Control-A: to the line's beginning, to have the words shown; control-E: to its end.
    seen = type_line(line + "\001show \005" + end)
    assert words in seen, (line, words, seen)
os.write(terminal, b"exit\n")
os.waitpid(pid, 0)
END
}

@test "completion: in fish, options, words and files are offered, options with their help" {
    command -v fish >/dev/null || skip 'no fish'
    mkdir fish
    touch xylophone
    for tool in "${FILTERS[@]}"; do
        ln -s "$ROOT/packaging/completions/wavefill.fish" "fish/$tool.fish"
    done
    # What follows the cursor's word, and after a tab what is said of it.
    offered() {
        # shellcheck disable=SC2016 # fish's own argument
        HOME=$PWD fish --no-config -c 'set -p fish_complete_path fish; complete -C $argv[1]' "$1"
    }
    for tool in "${FILTERS[@]}"; do
        offered "$tool --" | cut -f 1 | sort >got
        "$tool" --help | sed -En 's/^ +(-., )?(--[a-z0-9-]+).*/\2/p' | sort | diff - got
    done
    assert_equal "$(offered 'r2-score --js')" $'--json\tprint JSON: one object, or one a row'
    assert_equal "$(offered 'pad-chop -l ' | cut -f 1)" $'max\nmin'
    assert_equal "$(offered 'r2-score -j --average=v' | cut -f 1)" --average=variance
    assert_equal "$(offered 'stitch-wav --rate ')" ''
    assert_equal "$(offered 'lsq-fit --left-out xy')" xylophone
    assert_equal "$(offered 'lsq-predict xy')" xylophone
}
