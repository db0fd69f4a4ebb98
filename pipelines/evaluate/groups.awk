# Names of files in, SPEAKER_DIGIT out, each once, of those that fsdd-load takes (DIGIT_SPEAKER_TAKE.wav) and that are
# asked for: digits and speakers, words, or nothing for all. A digit or speaker that is not there is an error; a group of
# fewer takes than least is left out, which is said. folder is that of the files, in messages.

function words_of(text, list) {
    gsub(/[ ,]+/, " ", text)
    return split(text, list, " ")
}

# Whether a word is in a list; an empty list has all.
function asked(list, count, word, i) {
    for (i = 1; i <= count; i++)
        if (list[i] == word)
            return 1
    return count == 0
}

function say(text) {
    print "evaluate: " text | "cat >&2"
}

function refuse(text) {
    say(folder ": no " text)
    status = 1
}

function number_of(count, word) {
    return count " " word (count == 1 ? "" : "s")
}

BEGIN {
    speaker_count = words_of(speakers, asked_speakers)
    digit_count = words_of(digits, asked_digits)
    for (i = 1; i <= digit_count; i++)
        if (asked_digits[i] ~ /^[0-9]+$/)
            asked_digits[i] += 0
}

!/^[0-9]+_.+_[0-9]+\.[Ww][Aa][Vv]$/ { next }

# What goes on as a word of makefiles and shells is to look like one.
!/^[0-9]+_[A-Za-z0-9._+][A-Za-z0-9._+-]*_[0-9]+\.[A-Za-z]+$/ {
    odd++
    next
}

{
    digit = $0 + 0
    speaker = $0
    gsub(/^[0-9]+_|_[0-9]+\.[A-Za-z]+$/, "", speaker)
    if (asked(asked_digits, digit_count, digit) && asked(asked_speakers, speaker_count, speaker)) {
        found[digit] = found[speaker] = 1
        if (takes[speaker "_" digit]++ == 0)
            groups[++group_count] = speaker "_" digit
    }
}

END {
    if (odd > 0)
        say(folder ": " number_of(odd, "recording") " by speakers of other characters than letters, digits, . _ + and, " \
            "not first, -; left out")
    for (i = 1; i <= speaker_count; i++)
        if (!(asked_speakers[i] in found))
            refuse("takes by " asked_speakers[i] (digits == "" ? "" : " of " digits) ", expected some (SPEAKERS)")
    for (i = 1; i <= digit_count; i++)
        if (!(asked_digits[i] in found))
            refuse("takes of " asked_digits[i] (speakers == "" ? "" : " by " speakers) ", expected some (DIGITS)")
    if (status == 0 && group_count == 0)
        refuse("takes DIGIT_SPEAKER_TAKE.wav, expected some")
    for (i = 1; i <= group_count && status == 0; i++) {
        group = groups[i]
        if (takes[group] >= least) {
            print group
            left++
            continue
        }
        match(group, /_[0-9]+$/)
        say(substr(group, RSTART + 1) " by " substr(group, 1, RSTART - 1) ": " number_of(takes[group], "take") \
            ", expected at least " least ": the frame model is chosen on one half of them for the other; left out")
    }
    if (status == 0 && left == 0)
        refuse("digit by a speaker with at least " least " takes, expected one")
    close("cat >&2")
    exit status
}
