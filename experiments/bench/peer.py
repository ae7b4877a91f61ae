#!/usr/bin/env python3
"""The measurement of `tenth bench`, made with PyTorch: one row of CSV on standard output.

The same network, batch, threads, losses and optimizer as tenth's, written as one writes PyTorch who wants it fast on a
CPU. What was tried and is in here because it helped: padding within the convolution where SAME is symmetric, SELU in
place, a series laid along the image's width, closed-form KL from dot products (fewer temporaries than an expression),
one optimizer over per-tensor parameters. What was tried and left out because it did not: foreach=True, one flat
parameter vector, torch.jit. The layout (NCHW or channels_last) and the batch of a prediction are tried here, and the
fastest is reported. --compiled: a step is compiled by torch.compile, the loss with its backward pass and the update.

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
ACTIVATIONS = {
    "selu": lambda x: F.selu(x, inplace=True),
    "relu": lambda x: F.relu(x, inplace=True),
    "tanh": torch.tanh,
    "linear": lambda x: x,
}
PRIOR_SIGMA, SIGMA_FLOOR = 0.1, 1e-5
TRAIN_ITEMS = 50000  # what the KL of a step is divided by; its value does not matter
RATE, SIGMA_RATE = 1e-3, 1e-2
PREDICTION_BATCHES = (64, 128, 256, 512, 1000)
WARM_UP, LEAST_STEPS, MOST_STEPS, ENOUGH_SECONDS = 3, 10, 1000, 1.0


def same_padding(size, kernel, stride):
    """Output size, kernel, stride, and padding before and after, of one axis with TensorFlow's SAME."""
    if size == 1:
        return 1, 1, 1, (0, 0)
    out = math.ceil(size / stride)
    total = max((out - 1) * stride + kernel - size, 0)
    return out, kernel, stride, (total // 2, total - total // 2)


def no_padding(size, kernel, stride):
    return (size - kernel) // stride + 1, kernel, stride, (0, 0)


def extents(text, height, default=None):
    """ROWS or ROWSxCOLUMNS as (along the height, along the width); the rows of a series, height 1, are its width."""
    if text is None:
        return default
    rows, _, columns = text.partition("x")
    if height == 1:
        return int(columns or 1), int(rows)
    return int(rows), int(columns or rows)


def layers_of(architecture):
    """Lists of words, as in nn/architecture.h; the last layer is not among them."""
    layers = []
    for text in architecture.split(";"):
        repeats, star, layer = text.partition("*")
        layers += [(layer if star else text).split()] * (int(repeats) if star else 1)
    return layers


class Network:
    """Shapes and the forward pass; the weights come from outside, as a list. bf16: by PyTorch's mixed precision."""

    def __init__(self, dataset, architecture, bf16=False):
        self.bf16 = bf16
        self.size = list(DATASETS[dataset][:3])  # height, width, channels
        self.shapes, self.passes, self.multiply_adds = [], [], 0
        for name, *words in layers_of(architecture):
            getattr(self, "add_" + name)(words)
        self.add_dense([str(DATASETS[dataset][3]), "linear"])
        self.parameters = sum(math.prod(shape) for shape in self.shapes)

    def add_weights(self, units, inputs, outputs):
        """Returns the index of the weights; the biases have the next one."""
        self.shapes += [(units, *inputs), (units,)]
        self.multiply_adds += outputs * math.prod(self.shapes[-2])
        return len(self.shapes) - 2

    def add_conv(self, words):
        units, window, *words = words
        padding = no_padding if "valid" in words else same_padding
        activation = next((ACTIVATIONS[word] for word in words if word in ACTIVATIONS), ACTIVATIONS["selu"])
        kernel, _, stride = window.partition("/")
        height, width, channels = self.size
        kernels = extents(kernel, height)
        strides = extents(stride or None, height, (1, 1))
        height, kernel_h, stride_h, pad_h = padding(height, kernels[0], strides[0])
        width, kernel_w, stride_w, pad_w = padding(width, kernels[1], strides[1])
        index = self.add_weights(int(units), (channels, kernel_h, kernel_w), height * width)
        self.size = [height, width, int(units)]
        symmetric = pad_h[0] == pad_h[1] and pad_w[0] == pad_w[1]

        def forward(x, weights):
            if not symmetric:
                x = F.pad(x, (*pad_w, *pad_h))
            around = (pad_h[0], pad_w[0]) if symmetric else 0
            return activation(F.conv2d(x, weights[index], weights[index + 1], (stride_h, stride_w), around))

        self.passes.append(forward)

    def add_pooling(self, words, pool):
        window, _, stride = words[0].partition("/")
        height, width, channels = self.size
        kernels = (height, width) if window == "all" else extents(window, height)
        strides = extents(stride or None, height, kernels)
        self.size = [(height - kernels[0]) // strides[0] + 1, (width - kernels[1]) // strides[1] + 1, channels]
        self.passes.append(lambda x, weights: pool(x, kernels, strides))

    def add_maxpool(self, words):
        self.add_pooling(words, F.max_pool2d)

    def add_avgpool(self, words):
        self.add_pooling(words, F.avg_pool2d)

    def add_dense(self, words):
        activation = ACTIVATIONS[words[1] if len(words) > 1 else "selu"]
        index = self.add_weights(int(words[0]), (math.prod(self.size),), 1)
        self.size = [1, 1, int(words[0])]

        def forward(x, weights):
            # Which order the features have does not matter; that of the memory costs no copy.
            if x.dim() == 4 and x.is_contiguous(memory_format=torch.channels_last):
                x = x.permute(0, 2, 3, 1)
            return activation(F.linear(x.flatten(1), weights[index], weights[index + 1]))

        self.passes.append(forward)

    def logits(self, x, weights):
        with torch.autocast("cpu", torch.bfloat16, enabled=self.bf16):
            return self.forward(x, weights).float()

    def forward(self, x, weights):
        for layer in self.passes:
            x = layer(x, weights)
        return x


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


def loss_of(network, posterior, x, y):
    sigmas = posterior.sigmas()
    loss = F.cross_entropy(network.logits(x, posterior.sample(sigmas)), y)
    if sigmas:
        loss = loss + posterior.kl(sigmas) / TRAIN_ITEMS
    return loss


def train_step(loss, update, posterior, x, y):
    posterior.optimizer.zero_grad(set_to_none=True)
    value = loss(x, y)
    value.backward()
    update()
    return value.item()


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

    def loss(x, y):
        return loss_of(network, posterior, x, y)

    update = posterior.optimizer.step
    if options.compiled:
        loss, update = torch.compile(loss), torch.compile(update)
    measure(lambda: train_step(loss, update, posterior, x, y), WARM_UP, WARM_UP)
    return measure(lambda: train_step(loss, update, posterior, x, y), options.repeats, LEAST_STEPS)


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
        "filters": options.filters if options.architecture is None else "",
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
        "filters": options.filters if options.architecture is None else "",
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
    parser.add_argument("--filters", type=positive, default=64, help="of the talk's network (64)")
    parser.add_argument("--architecture", metavar="LAYERS", help="another network, as tenth's model.architecture")
    parser.add_argument("--compiled", action="store_true", help="a step by torch.compile")
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
    architecture = options.architecture or f"3 * conv {options.filters} 6/2"
    network = Network(options.dataset, architecture, options.precision == "bf16")
    row = prediction_row(options, network) if options.predict else step_row(options, network)
    row["parameters"] = network.parameters
    row["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    writer = csv.DictWriter(sys.stdout, row, lineterminator="\n")
    writer.writeheader()
    writer.writerow({name: f"{value:.6g}" if isinstance(value, float) else value for name, value in row.items()})


if __name__ == "__main__":
    main()
