# Names of files in, SPEAKER_DIGIT out, each once, of those that fsdd-load takes (DIGIT_SPEAKER_TAKE.wav) and that are
# asked for: digits and speakers, words, or nothing for all. A digit or speaker that is not there is an error; a group
# of fewer takes than least is left out. folder is that of the files, in messages.

function say(text) {
    print "evaluate: " text >"/dev/stderr"
}

function asked(list, word) {
    return list == "" || index(" " list " ", " " word " ")
}

# Those in a list that are not there, of or by the others that are asked for.
function missing(list, which, others, whose, name, i, n, words) {
    n = split(list, words, " ")
    for (i = 1; i <= n; i++)
        if (!(which words[i] in found) && ++bad)
            say(folder ": no takes " which words[i] (others == "" ? "" : whose others) ", expected some (" name ")")
}

# As a word of makefiles and shells it goes on.
/^[0-9]+_[A-Za-z0-9._+][A-Za-z0-9._+-]*_[0-9]+\.[Ww][Aa][Vv]$/ {
    digit = speaker = $0
    sub(/_.*/, "", digit)
    gsub(/^[0-9]+_|_[0-9]+\.[A-Za-z]+$/, "", speaker)
    if (asked(digits, digit) && asked(speakers, speaker)) {
        found["of " digit] = found["by " speaker] = 1
        if (!takes[speaker "_" digit]++)
            groups[++count] = speaker "_" digit
    }
    next
}

/^[0-9]+_.+_[0-9]+\.[Ww][Aa][Vv]$/ && !odd++ {
    say(folder ": recordings by speakers of other characters than letters, digits, . _ + and, not first, - " \
        "are left out")
}

END {
    missing(speakers, "by ", digits, " of ", "SPEAKERS")
    missing(digits, "of ", speakers, " by ", "DIGITS")
    for (i = 1; i <= count; i++)
        if (takes[groups[i]] >= least)
            list = list " " groups[i]
        else
            say(groups[i] ": fewer than " least " takes, left out: the frame model is chosen on one half of them " \
                "for the other")
    if (list == "" && !bad)
        say(folder ": no " least " takes DIGIT_SPEAKER_TAKE.wav of a digit by a speaker, expected some")
    print list
    exit bad || list == ""
}
