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

# A score; nan where the truth does not vary, and for a stretch that some of the clips do not have.
function r2(whose, model, ms, form) {
    if (count[whose, model, ms] < count[whose, model, "all"] || deviation[whose, model, ms] == 0)
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

function put_time(p, m, t) {
    print "given", "model", "ms", "r2"
    for (p = 1; p <= portion_count; p++)
        for (m = 1; m <= model_count; m++)
            for (t = 1; t <= time_count; t++)
                if (r2(portions[p], models[m], times[t], "%.6f") != "nan")
                    print portions[p], models[m], times[t], r2(portions[p], models[m], times[t], "%.6f")
}

# The plot, a panel a portion: time from left to right, R^2 from -1 to 1; what is lower is drawn at the bottom.
function across(ms) {
    return 60 + 560 * ms / until
}

function down(score) {
    score += 0 # text until now
    return 20 + 140 * (1 - (score < -1 ? -1 : score))
}

function put_curve(portion, m, t, score, points) {
    for (t = 1; t <= time_count; t++) {
        score = r2(portion, models[m], times[t], "%.6f")
        if (score != "nan")
            points = points sprintf(" %.1f,%.1f", across(times[t]), down(score))
    }
    if (points != "")
        printf "<polyline class=\"%s\" points=\"%s\"/>\n", models[m], substr(points, 2)
    printf "<line class=\"%s\" x1=\"650\" x2=\"680\" y1=\"%d\" y2=\"%d\"/><text x=\"690\" y=\"%d\">%s</text>\n", models[m],
        20 + 22 * m, 20 + 22 * m, 24 + 22 * m, models[m]
    return points != ""
}

function put_panel(p, m, i, drawn) {
    printf "<g transform=\"translate(0 %d)\">\n<text x=\"60\" y=\"14\">%s</text>\n", 380 * (p - 1) + 10, portions[p] " given"
    for (i = -2; i <= 2; i++)
        printf "<line x1=\"60\" x2=\"620\" y1=\"%d\" y2=\"%d\"/><text x=\"52\" y=\"%d\" text-anchor=\"end\">%s</text>\n",
            down(i / 2), down(i / 2), down(i / 2) + 4, i == -2 ? "≤ −1" : i == -1 ? "−0.5" : i / 2
    for (i = 1; i <= time_count; i++)
        if (times[i] <= until && (times[i] == 5 || times[i] % 10 == 0 && (times[i] < 40 || times[i] == 50 || times[i] == 100)))
            printf "<text x=\"%.1f\" y=\"320\" text-anchor=\"middle\">%s</text>\n", across(times[i]), times[i]
    print "<text x=\"340\" y=\"342\" text-anchor=\"middle\">R² over the first … ms of the missing part</text>"
    for (m = 1; m <= model_count; m++)
        drawn += put_curve(portions[p], m)
    if (!drawn)
        print "<text x=\"340\" y=\"120\" text-anchor=\"middle\">no stretch that all clips have, or nothing varies</text>"
    print "</g>"
}

# A model has the colour and the dashes that it has on the page of report.py.
function put_plot(p, t) {
    until = 1
    for (p = 1; p <= portion_count; p++)
        for (t = 1; t <= time_count; t++)
            if (r2(portions[p], models[1], times[t], "%.6f") != "nan" && times[t] + 0 > until)
                until = times[t] + 0
    printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 860 %d\" role=\"img\" font-family=\"sans-serif\" font-size=\"13\">\n",
        380 * portion_count
    print "<title>R² of what was filled in, over the time since the cut</title>"
    print "<style>svg{background:#fff;fill:#222}polyline{fill:none}line{stroke:#8888}[class]{stroke-width:2}" \
        ".tutorial{stroke:#c2410c}.ridge{stroke:#7e22ce}.frames{stroke:#1d4ed8}.mean{stroke:#15803d}.silence{stroke:#57534e}" \
        ".frames{stroke-dasharray:7 3}.ridge{stroke-dasharray:2 3}.mean{stroke-dasharray:9 3 2 3}.silence{stroke-dasharray:1 2}" \
        "@media(prefers-color-scheme:dark){svg{background:#161614;fill:#ebeae4}.tutorial{stroke:#fb923c}.ridge{stroke:#d8a5ff}" \
        ".frames{stroke:#7fb0ff}.mean{stroke:#4ade80}.silence{stroke:#b8b4ae}}</style>"
    for (p = 1; p <= portion_count; p++)
        put_panel(p)
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
