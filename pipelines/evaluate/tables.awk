# What group.sh and gaps.sh have written of all groups in (evaluate/PORTION/SPEAKER_DIGIT.sums, evaluate/gaps/...), the
# tables of evaluate.mk out, to the folder `to`: the scores of a model over all clips of a portion, over those of a digit
# by a speaker, over one clip; the signal-to-noise ratio of gaps filled in by a model, in dB, over all and by speaker.

BEGIN {
    FS = OFS = "\t"
    stretches = split("5 10 20 50 all", stretch, " ")
    head["summary"] = "given\tmodel\tclips"
    head["groups"] = "given\tspeaker\tdigit\tmodel"
    head["clips"] = "given\tspeaker\tdigit\tclip\tcolumns given\tcolumns missing\tmodel"
    for (name in head)
        print head[name], "5 ms", "10 ms", "20 ms", "50 ms", "all" >(to "/" name ".tsv")
    print "given", "model", "ms", "r2" >(to "/time.tsv")
    print "speaker", "model", "gaps", "5 ms", "10 ms", "20 ms", "50 ms" >(to "/gaps.tsv")
}

{
    split(FILENAME, part, "/")
    portion = part[2]
    sub(/percent$/, "%", portion)
    match(part[3], /_[0-9]+\.sums$/)
    speaker = substr(part[3], 1, RSTART - 1)
}

portion == "gaps" {
    fill("all speakers" OFS $4)
    fill(speaker OFS $4)
    next
}

{
    group = portion OFS speaker OFS substr(part[3], RSTART + 1, RLENGTH - 6)
    add("summary", portion OFS $4)
    add("groups", group OFS $4)
    add("clips", group OFS $1 OFS $2 OFS $3 OFS $4)
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

function fill(whose) {
    if (!gaps[whose]++)
        filled[++fills] = whose
    error[whose, $2] += $5
}

# A score; nan where the truth does not vary, and for a stretch that some of the clips do not have.
function r2(whose, ms) {
    if (clips[whose, ms] < clips[whose, "all"] || deviation[whose, ms] == 0)
        return "nan"
    return sprintf("%.6f", 1 - error[whose, ms] / deviation[whose, ms])
}

# Of the models of one speaker, silence has the signal as its error.
function snr(whose, ms, silence, db) {
    silence = whose
    sub(/\t.*/, "\tsilence", silence)
    if (!(error[whose, ms] > 0))
        return "nan"
    db = sprintf("%.2f", 10 * log(error[silence, ms] / error[whose, ms]) / log(10))
    return db + 0 == 0 ? "0.00" : db
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
    for (i = 1; i <= fills; i++) {
        line = filled[i] OFS gaps[filled[i]]
        for (s = 1; s < stretches; s++)
            line = line OFS snr(filled[i], stretch[s])
        print line >(to "/gaps.tsv")
    }
}
