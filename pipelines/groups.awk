# Names of files in, SPEAKER_DIGIT out, each once, of those that fsdd-load takes (DIGIT_SPEAKER_TAKE.wav) and that are asked for:
# digits and speakers, words or nothing for all. A digit or speaker that is not there is an error; a group of fewer takes than
# least is left out, which is said. With of, words such as are put out, the files' names in these groups come out instead.
# RECORDINGS in the environment names the folder in messages.

BEGIN {
    digit_count = words_of(digits, asked_digits)
    speaker_count = words_of(speakers, asked_speakers)
    for (i = 1; i <= digit_count; i++)
        if (asked_digits[i] ~ /^[0-9]+$/)
            asked_digits[i] += 0
    of_count = split(of, words, " ")
    for (i = 1; i <= of_count; i++)
        wanted[words[i]] = 1
}

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

# Each word in a list must have been met.
function missing(list, count, met, before, after, variable, i) {
    for (i = 1; i <= count; i++)
        if (!(list[i] in met)) {
            say(ENVIRON["RECORDINGS"] ": no takes " before list[i] after ", expected some (" variable ")")
            status = 1
        }
}

# What goes on as a word of a shell, and as the beginning of a file's name, is to look like neither an option nor two words.
/^[0-9]+_.+_[0-9]+\.[Ww][Aa][Vv]$/ && !/^[0-9]+_[A-Za-z0-9._+][A-Za-z0-9._+-]*_[0-9]+\.[A-Za-z]+$/ {
    odd++
    next
}

/^[0-9]+_.+_[0-9]+\.[Ww][Aa][Vv]$/ {
    digit = substr($0, 1, index($0, "_") - 1)
    speaker = substr($0, length(digit) + 2)
    sub(/_[0-9]+\.[A-Za-z]+$/, "", speaker)
    digit += 0
    group = speaker "_" digit
    if (of_count > 0) {
        if (group in wanted)
            print
    } else if (asked(asked_digits, digit_count, digit) && asked(asked_speakers, speaker_count, speaker)) {
        found_digits[digit] = found_speakers[speaker] = 1
        if (takes[group]++ == 0)
            groups[++group_count] = group
        of_digit[group] = digit
        of_speaker[group] = speaker
    }
}

END {
    if (of_count > 0)
        exit 0
    if (odd > 0)
        say(ENVIRON["RECORDINGS"] ": " odd (odd == 1 ? " recording" : " recordings") " by speakers of other characters than " \
            "letters, digits, . _ + and, not first, -; left out")
    missing(asked_speakers, speaker_count, found_speakers, "by ", digits != "" ? " of " digits : "", "SPEAKERS")
    missing(asked_digits, digit_count, found_digits, "of ", speakers != "" ? " by " speakers : "", "DIGITS")
    if (status == 0 && group_count == 0) {
        say(ENVIRON["RECORDINGS"] ": no takes DIGIT_SPEAKER_TAKE.wav, expected some")
        status = 1
    }
    for (i = 1; i <= group_count && status == 0; i++) {
        group = groups[i]
        if (takes[group] >= least) {
            print group
            left++
        } else
            say(of_digit[group] " by " of_speaker[group] ": " takes[group] (takes[group] == 1 ? " take" : " takes") \
                ", expected at least " least ": the frame model is chosen on one half of them for the other; left out")
    }
    if (status == 0 && left == 0) {
        say(ENVIRON["RECORDINGS"] ": no digit by a speaker with at least " least " takes, expected one")
        status = 1
    }
    close("cat >&2")
    exit status
}
