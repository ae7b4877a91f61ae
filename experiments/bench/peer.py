#!/usr/bin/env python3
"""The measurement of `tenth bench`, made with PyTorch: one row of CSV on standard output.

The same network, batch, threads, losses and optimizer as tenth's, written as one writes PyTorch who wants it fast on a
CPU. What was tried and is in here because it helped: padding within the convolution where SAME is symmetric, SELU in
place, a series laid along the image's width, closed-form KL from dot products (fewer temporaries than an expression),
one optimizer over per-tensor parameters. What was tried and left out because it did not: foreach=True, one flat
parameter vector, torch.jit. The layout (NCHW or channels_last) and the batch of a prediction are tried here, and the
fastest is reported.

As in `tenth bench`, items are random, times are medians, and `gflops` counts the direct convolution (bench/bench.h).
"""

import argparse
import csv
import math
import resource
import statistics
import sys
import time

import torch
import torch.nn.functional as F

# name: height, width, channels, classes. A series runs along the width, which oneDNN prefers.
DATASETS = {"mnist": (28, 28, 1, 10), "cifar10": (32, 32, 3, 10), "ecg5000": (1, 140, 1, 5)}
LAYOUTS = {"nchw": torch.contiguous_format, "channels_last": torch.channels_last}
LAYERS, KERNEL, STRIDE = 3, 6, 2
PRIOR_SIGMA, SIGMA_FLOOR = 0.1, 1e-5
TRAIN_ITEMS = 50000  # what the KL of a step is divided by; its value does not matter
RATE, SIGMA_RATE = 1e-3, 1e-2
PREDICTION_BATCHES = (64, 128, 256, 512, 1000)
WARM_UP, LEAST_STEPS, MOST_STEPS, ENOUGH_SECONDS = 3, 10, 1000, 1.0


def same_padding(size):
    """Output size, kernel, stride, and padding before and after, of one axis with TensorFlow's SAME."""
    if size == 1:
        return 1, 1, 1, (0, 0)
    out = math.ceil(size / STRIDE)
    total = max((out - 1) * STRIDE + KERNEL - size, 0)
    return out, KERNEL, STRIDE, (total // 2, total - total // 2)


class Network:
    """Shapes and the forward pass; the weights come from outside, as a list. bf16: by PyTorch's mixed precision."""

    def __init__(self, dataset, filters, bf16=False):
        self.bf16 = bf16
        height, width, channels, classes = DATASETS[dataset]
        self.shapes, self.convolutions, self.multiply_adds = [], [], 0
        for _ in range(LAYERS):
            height, kernel_h, stride_h, pad_h = same_padding(height)
            width, kernel_w, stride_w, pad_w = same_padding(width)
            self.shapes += [(filters, channels, kernel_h, kernel_w), (filters,)]
            self.convolutions.append(((stride_h, stride_w), pad_h, pad_w))
            self.multiply_adds += height * width * math.prod(self.shapes[-2])
            channels = filters
        self.shapes += [(classes, height * width * channels), (classes,)]
        self.multiply_adds += math.prod(self.shapes[-2])
        self.parameters = sum(math.prod(shape) for shape in self.shapes)

    def logits(self, x, weights):
        with torch.autocast("cpu", torch.bfloat16, enabled=self.bf16):
            return self.forward(x, weights).float()

    def forward(self, x, weights):
        for layer, (stride, pad_h, pad_w) in enumerate(self.convolutions):
            padding = (pad_h[0], pad_w[0])
            if pad_h[0] != pad_h[1] or pad_w[0] != pad_w[1]:
                x, padding = F.pad(x, (*pad_w, *pad_h)), 0
            x = F.conv2d(x, weights[2 * layer], weights[2 * layer + 1], stride, padding)
            x = F.selu(x, inplace=True)
        # Which order the features have does not matter; that of the memory costs no copy.
        if x.is_contiguous(memory_format=torch.channels_last):
            x = x.permute(0, 2, 3, 1)
        return F.linear(x.flatten(1), weights[-2], weights[-1])


def laid_out(tensor, layout):
    return tensor.contiguous(memory_format=LAYOUTS[layout]) if tensor.dim() == 4 else tensor


def random_items(dataset, count, layout):
    height, width, channels, classes = DATASETS[dataset]
    x = laid_out(torch.randn(count, channels, height, width), layout)
    return x, torch.randint(classes, (count,))


class Posterior:
    """Means and, for vi, rho with sigma = softplus(rho) + 1e-5: one pair for each tensor of the network."""

    def __init__(self, network, method, layout):
        self.mu = [laid_out(torch.randn(shape) / math.sqrt(math.prod(shape[1:])), layout) for shape in network.shapes]
        self.rho = [torch.full_like(mu, -4.0) for mu in self.mu] if method == "vi" else []
        for tensor in self.mu + self.rho:
            tensor.requires_grad_()
        groups = [{"params": self.mu, "lr": RATE}]
        if self.rho:
            groups.append({"params": self.rho, "lr": SIGMA_RATE})
        self.optimizer = torch.optim.Adam(groups)

    def sigmas(self):
        return [F.softplus(rho) + SIGMA_FLOOR for rho in self.rho]

    def sample(self, sigmas):
        if not sigmas:
            return self.mu
        return [torch.addcmul(mu, sigma, torch.randn_like(mu)) for mu, sigma in zip(self.mu, sigmas)]

    def kl(self, sigmas):
        """KL(posterior || N(0, PRIOR_SIGMA^2)) without its constant."""
        total = 0.0
        for mu, sigma in zip(self.mu, sigmas):
            m, s = (t.permute(0, 2, 3, 1).flatten() if is_channels_last(t) else t.flatten() for t in (mu, sigma))
            total = total + (m.dot(m) + s.dot(s)) / (2 * PRIOR_SIGMA**2) - s.log().sum()
        return total


def is_channels_last(tensor):
    return tensor.dim() == 4 and tensor.is_contiguous(memory_format=torch.channels_last)


def train_step(network, posterior, x, y):
    posterior.optimizer.zero_grad(set_to_none=True)
    sigmas = posterior.sigmas()
    loss = F.cross_entropy(network.logits(x, posterior.sample(sigmas)), y)
    if sigmas:
        loss = loss + posterior.kl(sigmas) / TRAIN_ITEMS
    loss.backward()
    posterior.optimizer.step()
    return loss.item()


def predict(network, posterior, x, samples, batch, probabilities):
    """Fills probabilities [samples][items][classes]."""
    with torch.inference_mode():
        sigmas = posterior.sigmas()
        for sample in range(samples):
            weights = posterior.sample(sigmas)
            for first in range(0, len(x), batch):
                logits = network.logits(x[first : first + batch], weights)
                torch.softmax(logits, 1, out=probabilities[sample, first : first + batch])


def page_faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt


def measure(work, repeats, least):
    """The median time of so many calls, in ms, and the mean of the pages that the system had to provide; repeats 0: as
    many calls as fit in a second, but at least `least`."""
    times, faults = [], page_faults()
    while len(times) < (repeats or MOST_STEPS) and (repeats or len(times) < least or sum(times) < ENOUGH_SECONDS):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return 1e3 * statistics.median(times), (page_faults() - faults) / len(times)


def measure_step(options, network, layout):
    posterior = Posterior(network, options.method, layout)
    x, y = random_items(options.dataset, options.batch, layout)
    measure(lambda: train_step(network, posterior, x, y), WARM_UP, WARM_UP)
    return measure(lambda: train_step(network, posterior, x, y), options.repeats, LEAST_STEPS)


def measure_prediction(options, network, layout, batch, items, samples, repeats):
    posterior = Posterior(network, options.method, layout)
    x, _ = random_items(options.dataset, items, layout)
    probabilities = torch.empty(samples, items, DATASETS[options.dataset][3])
    predict(network, posterior, x[:batch], 1, batch, probabilities)
    return measure(lambda: predict(network, posterior, x, samples, batch, probabilities), repeats, 1)


def step_row(options, network):
    measured = {layout: measure_step(options, network, layout) for layout in options.layouts}
    best = min(measured, key=measured.get)
    ms, faults = measured[best]
    return {
        "dataset": options.dataset,
        "method": options.method,
        "batch": options.batch,
        "filters": options.filters,
        "threads": options.threads,
        "ms_per_step": ms,
        "gflops": 6e-6 * network.multiply_adds * options.batch / ms,
        "page_faults": faults,
        "layout": best,
    }


def prediction_row(options, network):
    """The best layout and batch are found with one sample of some of the items."""
    samples = options.samples if options.method == "vi" else 1
    some = min(options.predict, 2 * max(options.prediction_batches))
    choices = [(layout, batch) for layout in options.layouts for batch in options.prediction_batches]
    if len(choices) > 1:
        choices.sort(key=lambda choice: measure_prediction(options, network, *choice, some, 1, 2))
    layout, batch = choices[0]
    ms, faults = measure_prediction(options, network, layout, batch, options.predict, samples, options.repeats)
    passes = samples * options.predict
    return {
        "dataset": options.dataset,
        "method": options.method,
        "samples": samples,
        "items": options.predict,
        "filters": options.filters,
        "threads": options.threads,
        "ms": ms,
        "passes_per_second": 1e3 * passes / ms,
        "gflops": 2e-6 * network.multiply_adds * passes / ms,
        "page_faults": faults,
        "layout": f"{layout}:{batch}",
    }


def positive(text):
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text}: a whole number from 1 on is wanted")
    return value


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dataset", choices=DATASETS, default="mnist")
    parser.add_argument("--method", choices=("vi", "mle"), default="vi")
    parser.add_argument("--batch", type=positive, default=128)
    parser.add_argument("--filters", type=positive, default=64)
    parser.add_argument("--threads", type=positive, default=torch.get_num_threads())
    parser.add_argument("--precision", choices=("fp32", "bf16"), default="fp32", help="bf16: torch.autocast")
    parser.add_argument("--repeats", type=positive, default=0, help="default: as many as fit in a second")
    parser.add_argument("--predict", type=positive, metavar="ITEMS", help="time a prediction instead of a step")
    parser.add_argument("--samples", type=positive, default=12, help="networks of a prediction (12)")
    parser.add_argument("--layout", default="best", metavar="best|LAYOUT[:BATCH]",
                        help=f"{', '.join(LAYOUTS)}; a prediction's with its batch; as the column `layout` has it")
    options = parser.parse_args()
    layout, _, batch = options.layout.partition(":")
    if layout != "best" and layout not in LAYOUTS or batch and not batch.isdecimal():
        parser.error(f"--layout {options.layout}: best, {' or '.join(LAYOUTS)} is wanted, with :BATCH in a prediction")
    options.layouts = list(LAYOUTS) if layout == "best" else [layout]
    options.prediction_batches = [int(batch)] if batch else PREDICTION_BATCHES
    return options


def main():
    options = parse_options()
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    network = Network(options.dataset, options.filters, options.precision == "bf16")
    row = prediction_row(options, network) if options.predict else step_row(options, network)
    row["parameters"] = network.parameters
    row["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    writer = csv.DictWriter(sys.stdout, row, lineterminator="\n")
    writer.writeheader()
    writer.writerow({name: f"{value:.6g}" if isinstance(value, float) else value for name, value in row.items()})


if __name__ == "__main__":
    main()
