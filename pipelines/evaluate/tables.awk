# What group.sh has written of all groups in (evaluate/PORTION/SPEAKER_DIGIT.sums), the tables of evaluate.mk out, to
# the folder `to`: the scores of a model over all clips of a portion, over those of a digit by a speaker, over one clip.

BEGIN {
    FS = OFS = "\t"
    stretches = split("5 10 20 50 all", stretch, " ")
    heads = "5 ms" OFS "10 ms" OFS "20 ms" OFS "50 ms" OFS "all"
    print "given", "model", "clips", heads >(to "/summary.tsv")
    print "given", "speaker", "digit", "model", heads >(to "/groups.tsv")
    print "given", "speaker", "digit", "clip", "columns given", "columns missing", "model", "chosen", heads \
        >(to "/clips.tsv")
    print "given", "model", "ms", "r2" >(to "/time.tsv")
}

FNR == 1 {
    split(FILENAME, part, "/")
    portion = part[2]
    sub(/percent$/, "%", portion)
    speaker = digit = part[3]
    gsub(/.*_|\.sums$/, "", digit)
    sub(/_[0-9]+\.sums$/, "", speaker)
}

{
    add("summary", portion OFS $4)
    add("groups", portion OFS speaker OFS digit OFS $4)
    add("clips", portion OFS speaker OFS digit OFS $1 OFS $2 OFS $3 OFS $4 OFS $8)
    if ($5 != "all" && !known[$5]++)
        time[++times] = $5
}

function add(name, whose) {
    if (!(whose in table))
        list[++count] = whose
    table[whose] = name
    error[whose, $5] += $6
    deviation[whose, $5] += $7
    clips[whose, $5]++
}

# A score; nan where the truth does not vary, and for a stretch that some of the clips do not have.
function r2(whose, ms) {
    if (clips[whose, ms] < clips[whose, "all"] || deviation[whose, ms] == 0)
        return "nan"
    return sprintf("%.6f", 1 - error[whose, ms] / deviation[whose, ms])
}

END {
    for (i = 1; i <= count; i++) {
        whose = line = list[i]
        if (table[whose] == "summary") {
            line = line OFS clips[whose, "all"]
            for (t = 1; t <= times; t++)
                if (r2(whose, time[t]) != "nan")
                    print whose, time[t], r2(whose, time[t]) >(to "/time.tsv")
        }
        for (s = 1; s <= stretches; s++)
            line = line OFS r2(whose, stretch[s])
        print line >(to "/" table[whose] ".tsv")
    }
}
