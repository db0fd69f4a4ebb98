# What evaluate.sh prints of all groups in, one of the tables of evaluate.mk out: table is the file's name. The files are
# called PORTION/SPEAKER_DIGIT.sums.

BEGIN {
    FS = OFS = "\t"
    model_count = split("tutorial ridge frames mean silence", models, " ")
    stretch_count = split("5 10 20 50 all", stretches, " ")
}

FNR == 1 {
    split(FILENAME, parts, "/")
    portion = parts[1]
    sub(/percent$/, "%", portion)
    group = parts[2]
    sub(/\.sums$/, "", group)
    digit = group
    sub(/.*_/, "", digit)
    speaker = substr(group, 1, length(group) - length(digit) - 1)
    if (!known[portion]++)
        portions[++portion_count] = portion
    groups[++group_count] = portion OFS speaker OFS digit
}

{
    take = portion OFS speaker OFS digit OFS $1 OFS $2 OFS $3
    if (!known[take]++)
        takes[++take_count] = take
    if ($4 == "frames")
        choice[take] = $8
    add(portion, $4, $5, $6, $7)
    add(portion OFS speaker OFS digit, $4, $5, $6, $7)
    add(take, $4, $5, $6, $7)
    if ($5 != "all" && !known[$5 OFS "ms"]++)
        times[++time_count] = $5
}

function add(whose, model, ms, e, d) {
    error[whose, model, ms] += e
    deviation[whose, model, ms] += d
    count[whose, model, ms]++
}

# A score; nan where the truth does not vary.
function r2(whose, model, ms, form) {
    if (!((whose, model, ms) in deviation) || deviation[whose, model, ms] == 0)
        return "nan"
    return sprintf(form, 1 - error[whose, model, ms] / deviation[whose, model, ms])
}

# Columns for each stretch, all of one model in the row.
function row(whose, model, form, i, line) {
    for (i = 1; i <= stretch_count; i++)
        line = line OFS r2(whose, model, stretches[i], form)
    return line
}

function stretch(i) {
    return stretches[i] == "all" ? "all" : stretches[i] " ms"
}

function put_summary(p, m, i, line) {
    line = "given" OFS "model" OFS "clips"
    for (i = 1; i <= stretch_count; i++)
        line = line OFS stretch(i)
    print line
    for (p = 1; p <= portion_count; p++)
        for (m = 1; m <= model_count; m++)
            print portions[p], models[m], count[portions[p], models[m], "all"] row(portions[p], models[m], "%.6f")
}

function put_groups(g, m, i, line) {
    line = "given" OFS "speaker" OFS "digit" OFS "model"
    for (i = 1; i <= stretch_count; i++)
        line = line OFS stretch(i)
    print line
    for (g = 1; g <= group_count; g++)
        for (m = 1; m <= model_count; m++)
            print groups[g], models[m] row(groups[g], models[m], "%.6f")
}

function put_clips(t, m, i, line, chosen) {
    line = "given" OFS "speaker" OFS "digit" OFS "clip" OFS "columns given" OFS "columns missing" OFS "near" OFS "far"
    for (m = 1; m <= model_count; m++)
        for (i = 1; i <= stretch_count; i++)
            line = line OFS models[m] " " stretch(i)
    print line
    for (t = 1; t <= take_count; t++) {
        split(choice[takes[t]], chosen, " ")
        line = takes[t] OFS chosen[1] OFS chosen[2]
        for (m = 1; m <= model_count; m++)
            line = line row(takes[t], models[m], "%.6f")
        print line
    }
}

function label(portion, model) {
    return portion_count > 1 ? model ", " portion " given" : model
}

function put_time(p, m, t) {
    print "model", "ms", "r2"
    for (p = 1; p <= portion_count; p++)
        for (m = 1; m <= model_count; m++)
            for (t = 1; t <= time_count; t++)
                if (r2(portions[p], models[m], times[t], "%.6f") != "nan")
                    print label(portions[p], models[m]), times[t], r2(portions[p], models[m], times[t], "%.6f")
}

# The plot: time from left to right, R^2 from -1 to 1; what is lower is drawn at the bottom.
function across(ms) {
    return 60 + 560 * ms / times[time_count]
}

function down(score) {
    score += 0 # text until now
    return 20 + 140 * (1 - (score < -1 ? -1 : score))
}

function put_curve(portion, model, style, t, score, points, at) {
    for (t = 1; t <= time_count; t++) {
        score = r2(portion, model, times[t], "%.6f")
        if (score != "nan") {
            points = points sprintf(" %.1f,%.1f", across(times[t]), down(score))
            at = down(score)
        }
    }
    printf "<polyline class=\"c%d\" points=\"%s\"/>\n", style, substr(points, 2)
    printf "<circle class=\"c%d\" cx=\"660\" cy=\"%d\" r=\"4\"/><text x=\"670\" y=\"%d\">%s</text>\n", style, 20 + 22 * style,
        24 + 22 * style, label(portion, model)
}

function put_plot(p, m, i, style) {
    print "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 860 350\" role=\"img\" font-family=\"sans-serif\" font-size=\"13\">"
    print "<title>R² of what was filled in, over the time since the cut</title>"
    print "<style>svg{background:#fff;fill:#222}polyline{fill:none;stroke-width:2}line{stroke:#8888}" \
        ".c1{stroke:#c2410c}.c2{stroke:#7c3aed}.c3{stroke:#0369a1}.c4{stroke:#15803d}.c5{stroke:#666}" \
        "circle{fill:none;stroke-width:3}" \
        "@media(prefers-color-scheme:dark){svg{background:#111;fill:#ddd}.c1{stroke:#fb923c}.c2{stroke:#c4b5fd}" \
        ".c3{stroke:#38bdf8}.c4{stroke:#4ade80}.c5{stroke:#aaa}}</style>"
    for (i = -2; i <= 2; i++)
        printf "<line x1=\"60\" x2=\"620\" y1=\"%d\" y2=\"%d\"/><text x=\"52\" y=\"%d\" text-anchor=\"end\">%s</text>\n",
            down(i / 2), down(i / 2), down(i / 2) + 4, i == -2 ? "≤ −1" : i == -1 ? "−0.5" : i / 2
    for (i = 1; i <= time_count; i++)
        if (times[i] == 5 || times[i] % 10 == 0 && (times[i] < 40 || times[i] == 50 || times[i] == 100))
            printf "<text x=\"%.1f\" y=\"320\" text-anchor=\"middle\">%s</text>\n", across(times[i]), times[i]
    print "<text x=\"340\" y=\"342\" text-anchor=\"middle\">R² over the first … ms of the missing part</text>"
    for (p = 1; p <= portion_count; p++)
        for (m = 1; m <= model_count; m++)
            put_curve(portions[p], models[m], 1 + style++ % 5)
    print "</svg>"
}

END {
    if (table == "summary.tsv")
        put_summary()
    else if (table == "groups.tsv")
        put_groups()
    else if (table == "clips.tsv")
        put_clips()
    else if (table == "time.tsv")
        put_time()
    else
        put_plot()
}
