# fish completion for the filters of wavefill. Installed as NAME.fish for each of them, which it asks
# for its options.

set -l tool (string replace -r '\.fish$' '' (status basename))
$tool --complete-options 2>/dev/null | while read -l -d \t letter name argument help
    set -l option -c $tool -l $name -d $help
    if test $letter != -
        set -a option -s $letter
    end
    switch $argument
        case -
        case FILE
            set -a option -r -F
        case ANY
            set -a option -x
        case '*'
            set -a option -x -a (string replace -a , ' ' $argument)
    end
    complete $option
end
