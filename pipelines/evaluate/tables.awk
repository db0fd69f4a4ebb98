# What group.sh has written of all groups in, one of the tables of evaluate.mk out: table is the file's name. The files are
# called evaluate/PORTION/SPEAKER_DIGIT.sums.

BEGIN {
    FS = OFS = "\t"
    model_count = split("tutorial ridge frames mean silence", models, " ")
    stretch_count = split("5 10 20 50 all", stretches, " ")
    for (i = 1; i <= stretch_count; i++)
        heads[i] = stretches[i] == "all" ? "all" : stretches[i] " ms"
}

FNR == 1 {
    split(FILENAME, parts, "/")
    portion = parts[2]
    sub(/percent$/, "%", portion)
    match(parts[3], /_[0-9]+\.sums$/)
    group = portion OFS substr(parts[3], 1, RSTART - 1) OFS substr(parts[3], RSTART + 1, RLENGTH - 6)
    groups[++group_count] = group
    if (!known[portion]++)
        portions[++portion_count] = portion
}

{
    take = group OFS $1 OFS $2 OFS $3
    if (!known[take]++)
        takes[++take_count] = take
    if ($4 == "frames")
        choice[take] = $8
    add(portion, $4, $5, $6, $7)
    add(group, $4, $5, $6, $7)
    add(take, $4, $5, $6, $7)
    if ($5 != "all" && !known[$5 OFS "ms"]++)
        times[++time_count] = $5
}

function add(whose, model, ms, e, d) {
    error[whose, model, ms] += e
    deviation[whose, model, ms] += d
    count[whose, model, ms]++
}

# A score; nan where the truth does not vary, and for a stretch that some of the clips do not have.
function r2(whose, model, ms) {
    if (count[whose, model, ms] < count[whose, model, "all"] || deviation[whose, model, ms] == 0)
        return "nan"
    return sprintf("%.6f", 1 - error[whose, model, ms] / deviation[whose, model, ms])
}

# The scores of a model, or what stands above them.
function scores(whose, model, i, line) {
    for (i = 1; i <= stretch_count; i++)
        line = line OFS r2(whose, model, stretches[i])
    return line
}

function above(prefix, i, line) {
    for (i = 1; i <= stretch_count; i++)
        line = line OFS prefix heads[i]
    return line
}

function put_summary(p, m) {
    print "given", "model", "clips" above("")
    for (p = 1; p <= portion_count; p++)
        for (m = 1; m <= model_count; m++)
            print portions[p], models[m], count[portions[p], models[m], "all"] scores(portions[p], models[m])
}

function put_groups(g, m) {
    print "given", "speaker", "digit", "model" above("")
    for (g = 1; g <= group_count; g++)
        for (m = 1; m <= model_count; m++)
            print groups[g], models[m] scores(groups[g], models[m])
}

function put_clips(t, m, line, chosen) {
    line = "given" OFS "speaker" OFS "digit" OFS "clip" OFS "columns given" OFS "columns missing" OFS "near" OFS "far"
    for (m = 1; m <= model_count; m++)
        line = line above(models[m] " ")
    print line
    for (t = 1; t <= take_count; t++) {
        split(choice[takes[t]], chosen, " ")
        line = takes[t] OFS chosen[1] OFS chosen[2]
        for (m = 1; m <= model_count; m++)
            line = line scores(takes[t], models[m])
        print line
    }
}

function put_time(p, m, t) {
    print "given", "model", "ms", "r2"
    for (p = 1; p <= portion_count; p++)
        for (m = 1; m <= model_count; m++)
            for (t = 1; t <= time_count; t++)
                if (r2(portions[p], models[m], times[t]) != "nan")
                    print portions[p], models[m], times[t], r2(portions[p], models[m], times[t])
}

END {
    if (table == "summary.tsv")
        put_summary()
    else if (table == "groups.tsv")
        put_groups()
    else if (table == "clips.tsv")
        put_clips()
    else
        put_time()
}
