# What group.sh has written of all groups in, the tables of evaluate.mk out, to the folder `to`. The files are called
# evaluate/PORTION/SPEAKER_DIGIT.sums.

BEGIN {
    FS = OFS = "\t"
    models = split("tutorial ridge frames mean silence", model, " ")
    stretches = split("5 10 20 50 all", stretch, " ")
    for (m = 0; m <= models; m++)
        for (s = 1; s <= stretches; s++)
            heads[m > 0] = heads[m > 0] OFS model[m] (m > 0 ? " " : "") stretch[s] (stretch[s] == "all" ? "" : " ms")
    print "given", "model", "clips" heads[0] >(to "/summary.tsv")
    print "given", "speaker", "digit", "model" heads[0] >(to "/groups.tsv")
    print "given", "speaker", "digit", "clip", "columns given", "columns missing", "near", "far" heads[1] >(to "/clips.tsv")
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
    add("portion", portion)
    add("group", portion OFS speaker OFS digit)
    take = portion OFS speaker OFS digit OFS $1 OFS $2 OFS $3
    add("take", take)
    if ($4 == "frames")
        choice[take] = $8
    if ($5 != "all" && !known["ms", $5]++)
        list["ms", ++count["ms"]] = $5
}

function add(kind, whose) {
    if (!known[kind, whose]++)
        list[kind, ++count[kind]] = whose
    error[whose, $4, $5] += $6
    deviation[whose, $4, $5] += $7
    clips[whose, $4, $5]++
}

# A score; nan where the truth does not vary, and for a stretch that some of the clips do not have.
function r2(whose, model, ms) {
    if (clips[whose, model, ms] < clips[whose, model, "all"] || deviation[whose, model, ms] == 0)
        return "nan"
    return sprintf("%.6f", 1 - error[whose, model, ms] / deviation[whose, model, ms])
}

function scores(whose, model, s, line) {
    for (s = 1; s <= stretches; s++)
        line = line OFS r2(whose, model, stretch[s])
    return line
}

END {
    for (i = 1; i <= count["portion"]; i++)
        for (m = 1; m <= models; m++) {
            portion = list["portion", i]
            print portion, model[m], clips[portion, model[m], "all"] scores(portion, model[m]) >(to "/summary.tsv")
            for (t = 1; t <= count["ms"]; t++)
                if ((score = r2(portion, model[m], list["ms", t])) != "nan")
                    print portion, model[m], list["ms", t], score >(to "/time.tsv")
        }
    for (i = 1; i <= count["group"]; i++)
        for (m = 1; m <= models; m++)
            print list["group", i], model[m] scores(list["group", i], model[m]) >(to "/groups.tsv")
    for (i = 1; i <= count["take"]; i++) {
        take = list["take", i]
        sub(/ /, OFS, choice[take])
        line = take OFS choice[take]
        for (m = 1; m <= models; m++)
            line = line scores(take, model[m])
        print line >(to "/clips.tsv")
    }
}
