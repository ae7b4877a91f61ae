# experiments/bench/summarise.awk: one of the tables of run.sh from its measurements: table = peer, roofline or scaling.
# Each value is the median over the rounds. Round 0, in which the peer's layout was chosen, does not count.

NR == 1 {
    columns = csv_header($0, names, index_of)
    next
}
{
    if (csv_split($0, cells) != columns)
        fail("line " NR " has not the header's number of cells")
    round = cells[index_of["round"]]
    if (round == 0)
        next
    key = ""
    for (i = 1; i < index_of["round"]; i++)
        key = key (i > 1 ? "," : "") cells[i]
    if (!(key in known)) {
        known[key] = 1
        keys[++key_count] = key
    }
    if (round > rounds[key])
        rounds[key] = round
    for (i = index_of["program"] + 1; i <= columns; i++)
        value[key, cells[index_of["program"]], names[i], round] = cells[i]
}
END {
    if (failed)
        exit failed
    if (table == "peer")
        print_peer()
    else if (table == "roofline")
        print_roofline()
    else
        print_scaling()
}

# The values of one column over the rounds, sorted, into sorted[1..]; returns their number.
function sort_rounds(key, program, column,    r, i, count, v) {
    count = 0
    for (r = 1; r <= rounds[key]; r++) {
        v = column ~ /^over_/ ? ratio(key, program, substr(column, 6), r) : value[key, program, column, r]
        if (v == "")
            continue
        for (i = ++count; i > 1 && sorted[i - 1] > v + 0; i--)
            sorted[i] = sorted[i - 1]
        sorted[i] = v + 0
    }
    return count
}

function median(key, program, column,    count) {
    count = sort_rounds(key, program, column)
    if (count == 0)
        return ""
    return (sorted[int((count + 1) / 2)] + sorted[int(count / 2) + 1]) / 2
}

# One program's time over another's (column over_OTHER), of those that were measured one after the other.
function ratio(key, program, other, round,    first, second) {
    first = value[key, program, "ms", round]
    second = value[key, other, "ms", round]
    return first > 0 && second > 0 ? first / second : ""
}

# The geometric mean over the steps of what add_step was given by the name.
function add_step(name, factor) {
    if (factor != "") {
        log_sum[name] += log(factor)
        steps[name]++
    }
}

function mean_of_steps(name) {
    return steps[name] ? text(exp(log_sum[name] / steps[name]), 4) : ""
}

function text(number, digits) {
    return number == "" ? "" : sprintf("%." digits "g", number)
}

# Of two numbers, one of which may be missing.
function least_of(a, b) {
    return a == "" ? b : b == "" ? a : a < b ? a : b
}

function split_key(key) {
    split(key, field, ",")
    part = field[1]; dataset = field[2]; method = field[3]; filters = field[4]; batch = field[5]
    threads = field[6]; items = field[7]; samples = field[8]
}

function cell_name() {
    return part == "predict" ? dataset " " filters " predict" : dataset " " filters "/" batch " " method
}

# Operations of the direct convolution's products, in 1e9.
function gflop(key) {
    return value[key, "ours", "gflops", 1] * value[key, "ours", "ms", 1] / 1e3
}

# What they take at the rate of sgemm that was measured in the same run.
function limit_ms(key,    sgemm) {
    sgemm = median(key, "ours", "sgemm_gflops")
    return sgemm > 0 ? 1e3 * gflop(key) / sgemm : ""
}

function print_peer(    k, i, n, key, peer, limit, low, high, least, greatest, of, named) {
    print "cell,measurement,dataset,method,filters,batch,threads,items,samples,rounds,ours_ms,peer_ms,ratio,ratio_min," \
        "ratio_max,ours_mib,peer_mib,peer_layout,kept_ms,kept_ratio,bf16_ms,bf16_gain,limit_ratio," \
        "bf16_ratio,peer_bf16_ms,bf16_both_ratio,ours_faults,peer_faults,kept_faults,compiled_ms,compiled_ratio,best_ratio"
    split("compiled_ratio best_ratio ratio kept_ratio bf16_gain limit_ratio bf16_ratio bf16_both_ratio", named, " ")
    for (k = 1; k <= key_count; k++) {
        key = keys[k]
        split_key(key)
        if (part != "step" && part != "predict")
            continue
        peer = median(key, "peer", "ms")
        limit = limit_ms(key)
        of["limit_ratio"] = limit > 0 && peer > 0 ? peer / limit : ""
        of["kept_ratio"] = median(key, "kept", "over_ours")
        of["bf16_gain"] = median(key, "ours", "over_bf16")
        of["bf16_ratio"] = median(key, "peer", "over_bf16")
        of["bf16_both_ratio"] = median(key, "peer_bf16", "over_bf16")
        of["ratio"] = median(key, "peer", "over_ours")
        of["compiled_ratio"] = median(key, "compiled", "over_ours")
        of["best_ratio"] = least_of(least_of(of["ratio"], of["kept_ratio"]), of["compiled_ratio"])
        n = sort_rounds(key, "peer", "over_ours")
        low = of["ratio"] == "" ? "" : sorted[1]
        high = of["ratio"] == "" ? "" : sorted[sort_rounds(key, "peer", "over_ours")]
        print cell_name() "," part "," dataset "," method "," filters "," batch "," threads "," items "," samples "," \
            rounds[key] "," text(median(key, "ours", "ms"), 5) "," text(peer, 5) "," \
            text(of["ratio"], 4) "," text(low, 4) "," text(high, 4) "," \
            text(median(key, "ours", "peak_mib"), 5) "," text(median(key, "peer", "peak_mib"), 5) "," \
            value[key, "peer", "layout", 1] "," text(median(key, "kept", "ms"), 5) "," text(of["kept_ratio"], 4) "," \
            text(median(key, "bf16", "ms"), 5) "," text(of["bf16_gain"], 4) "," text(of["limit_ratio"], 4) "," \
            text(of["bf16_ratio"], 4) "," text(median(key, "peer_bf16", "ms"), 5) "," text(of["bf16_both_ratio"], 4) "," \
            text(median(key, "ours", "page_faults"), 4) "," text(median(key, "peer", "page_faults"), 4) "," \
            text(median(key, "kept", "page_faults"), 4) "," text(median(key, "compiled", "ms"), 5) "," \
            text(of["compiled_ratio"], 4) "," text(of["best_ratio"], 4)
        if (part != "step")
            continue
        for (i in named)
            add_step(named[i], of[named[i]])
        if (of["ratio"] != "") {
            least = least != "" && least <= of["ratio"] ? least : of["ratio"]
            greatest = of["ratio"] > greatest ? of["ratio"] : greatest
        }
    }
    if (steps["ratio"])
        print "geometric mean of steps,geometric_mean,,,,,,,,,,," mean_of_steps("ratio") "," text(least, 4) "," \
            text(greatest, 4) ",,,,," mean_of_steps("kept_ratio") ",," mean_of_steps("bf16_gain") "," \
            mean_of_steps("limit_ratio") "," mean_of_steps("bf16_ratio") ",," mean_of_steps("bf16_both_ratio") ",,,,," \
            mean_of_steps("compiled_ratio") "," mean_of_steps("best_ratio")
}

# What the products of the direct convolution take at the rate of sgemm, and the shares of the threads' time.
function print_roofline(    k, key, ms, limit, gemm, im2col, sampling, optimizer, other) {
    print "cell,dataset,method,filters,batch,threads,rounds,gflop,sgemm_gflops,limit_ms,ms_per_step,limit_over_ms," \
        "share_gemm,share_im2col,share_sampling,share_optimizer,share_other,gemm_of_alone"
    for (k = 1; k <= key_count; k++) {
        key = keys[k]
        split_key(key)
        if (part != "step")
            continue
        ms = median(key, "ours", "ms")
        limit = limit_ms(key)
        gemm = median(key, "ours", "share_gemm")
        im2col = median(key, "ours", "share_im2col")
        sampling = median(key, "ours", "share_sampling")
        optimizer = median(key, "ours", "share_optimizer")
        other = 1 - gemm - im2col - sampling - optimizer
        print cell_name() "," dataset "," method "," filters "," batch "," threads "," rounds[key] "," \
            text(gflop(key), 5) "," text(median(key, "ours", "sgemm_gflops"), 5) "," text(limit, 5) "," text(ms, 5) "," \
            text(limit / ms, 4) "," text(gemm, 4) "," text(im2col, 4) "," text(sampling, 4) "," \
            text(optimizer, 4) "," text(other > 0 ? other : 0, 4) "," text(median(key, "ours", "gemm_of_alone"), 4)
    }
}

# speedup: items per second, over those of the series' first value.
function print_scaling(    k, key, varied, ms, rate, series, first) {
    print "varied,dataset,method,value,filters,batch,threads,rounds,ms_per_step,items_per_second,speedup,gflops,sgemm_gflops"
    for (k = 1; k <= key_count; k++) {
        key = keys[k]
        split_key(key)
        if (part == "step" || part == "predict")
            continue
        varied = part == "threads" ? threads : part == "batch" ? batch : filters
        ms = median(key, "ours", "ms")
        rate = 1e3 * batch / ms
        series = part "," dataset "," method
        if (!(series in first))
            first[series] = rate
        print series "," varied "," filters "," batch "," threads "," rounds[key] "," text(ms, 5) "," text(rate, 6) "," \
            text(rate / first[series], 4) "," text(median(key, "ours", "gflops"), 5) "," \
            text(median(key, "ours", "sgemm_gflops"), 5)
    }
}
