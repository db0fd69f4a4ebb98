# Names of recordings in, SPEAKER_DIGIT out, each once, of those asked for: digits and speakers, words or nothing for all.
function asked(list, word, words, n) {
    n = split(list, words, /[ ,]+/)
    while (n > 0 && words[n] != word)
        n--
    return n > 0 || list == ""
}

match($0, /^[0-9]+_[A-Za-z0-9._+-]+_[0-9]+\.[A-Za-z0-9]+$/) {
    digit = substr($0, 1, index($0, "_") - 1)
    speaker = substr($0, length(digit) + 2)
    sub(/_[0-9]+\.[A-Za-z0-9]+$/, "", speaker)
    if (asked(digits, digit) && asked(speakers, speaker) && !seen[speaker "_" digit]++)
        print speaker "_" digit
}
