# plan.awk RECORD SHARDS: a line a shard, parted by tabs: its part, its file if that can be here (or -), its host (or -), its
# name, and the shell's line that writes the part to standard output. Writes to the file `expect` what lsq-fit --expect shall
# find: what RECORD, of an earlier run, or the list itself knows of the shard. Variables of cluster.mk are in the environment.
function q(word) {
    gsub(/'/, "'\\''", word)
    return "'" word "'"
}

function refuse(why) {
    printf "cluster: SHARDS: %s\n", why >"/dev/stderr"
    exit refused = 1
}

# The rows of a file, with {} in READ for its name; it may end its shell, which is its own. A newline after rows that are not
# whole: lsq-fit refuses both.
function rows(file,    piece, n, i, command) {
    n = split(ENVIRON["READ"], piece, "[{][}]")
    command = piece[1]
    for (i = 2; i <= n; i++)
        command = command q(file) piece[i]
    return "{ sh -c " q(command) " || echo; } | "
}

# The command run by what starts a shell elsewhere, which reads it from standard input: no further quotes are needed.
function on(prefix, command) {
    return "printf '%s\\n' " q(command) " | " prefix " sh -s"
}

# The command, and what ends it and all that it has started once sshd, whose child the shell is, has gone: the line is cut.
function watched(command) {
    return "{ while kill -0 $PPID; do there=1; sleep 1; done; [ -z \"$there\" ] || kill 0; } </dev/null >/dev/null 2>&1 & " \
        command "; status=$?; kill $!; exit $status"
}

function absolute(file) {
    return (file ~ /^\// ? "" : ENVIRON["TOP"] "/") file
}

# The whole path of a file here, with one slash at its end.
function whole(file) {
    file = absolute(file) "/"
    gsub(/\/(\.?\/)+/, "/", file)
    return file
}

BEGIN {
    FS = OFS = "\t"
    fit = "lsq-fit --partial --threads=1 -g " q(ENVIRON["GIVEN"]) " " ENVIRON["PARTIAL"]
    path = ENVIRON["BIN"] == "" ? "" : "PATH=" q(ENVIRON["BIN"]) ":$PATH; "
}

FILENAME == ARGV[1] { record[$1] = $0; next }

# Lists of other systems.
{ sub(/\r$/, "") }
# As in those of lsq-fit --expect.
$1 == "" || /^#/ { next }
index($1, "\\") { refuse($1 ": a backslash, expected none in the name of a shard") }

{
    name = $1
    host = here = "-"
    file = name
    # A host has no blanks, and no - before it; in a path there may be both.
    if (match(name, /^[^\/: -][^\/: ]*:/)) {
        host = substr(name, 1, RLENGTH - 1)
        file = substr(name, RLENGTH + 1)
    } else {
        here = file = absolute(name)
        if (index(whole(ENVIRON["OUT"]), whole(name)) == 1)
            refuse(name ": OUT is there, expected it elsewhere")
    }
    part = name
    gsub(/[^A-Za-z0-9._\200-\377-]/, "+", part)
    if (part in owner)
        refuse(owner[part] == name ? name ": twice, expected each shard once" : \
            name ": " owner[part] " is there too, expected names that differ in letters or digits")
    owner[part] = name
    shards++
    print (NF > 1 ? $0 : name in record ? record[name] : name) >"expect"
    command = fit " --shard=" q(name)
    command = path (ENVIRON["READ"] == "" ? command " -- " q(file) : rows(file) command)
    command = host != "-" ? on(ENVIRON["SSH"] " " q(host), watched(command)) : ENVIRON["ON"] != "" ? on(ENVIRON["ON"], command) : command
    print part, here, host, name, command
}

END { if (!refused && !shards) refuse("no shard, expected some") }
