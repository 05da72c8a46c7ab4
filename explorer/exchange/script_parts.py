"""The pieces of a training script in plain PyTorch; `script_export` puts the needed ones together.

They say what `explorer.trainer` does, in the words of torch.nn and torch.optim; a test runs them
against it.
"""

from __future__ import annotations

from collections.abc import Mapping

HEAD = '''\
"""Repeats {what} of the Cross-Entropy Explorer with plain PyTorch.

    pip install {packages}
    python {file}

Prints the test accuracy after each epoch and writes the table that TABLE names: the training loss
of every step, and cross-entropy and accuracy on all test images after every epoch.

The losses are those of the recorded run but for rounding, about 1e-6 of each, if data, device and
versions are the same. Only where gradients all but vanish, and Adam makes full steps of them, does
rounding grow further.
"""

import csv
import hashlib
import math

import numpy as np
import torch
{imports}

'''

DATA_IMPORTS: Mapping[str, str] = {
    "digits": "from sklearn.datasets import load_digits\nfrom torch import nn",
    "mnist": "from torch import nn\nfrom torchvision import datasets",
}

IMAGES: Mapping[str, str] = {
    "digits": '''

def load_images():
    """scikit-learn's digits, enlarged from 8x8 to 28x28 bytes: 1,437 to train, 360 to test."""
    bunch = load_digits()
    small = torch.tensor(bunch.images, dtype=torch.float32).unsqueeze(1)
    large = nn.functional.interpolate(small, size=(28, 28), mode="bilinear")
    pixels = large.squeeze(1).mul(255 / 16).round().to(torch.uint8).numpy()
    # They are sorted by writer: shuffled, always in the same way.
    order = np.random.default_rng(0).permutation(len(pixels))
    pixels, labels = pixels[order], bunch.target.astype(np.int64)[order]
    return pixels[:1437], labels[:1437], pixels[1437:], labels[1437:]
''',
    "mnist": '''

def load_images():
    """MNIST: 60,000 images of 28x28 bytes to train, 10,000 to test."""
    train, test = (datasets.MNIST("data", train=part, download=True) for part in (True, False))
    return train.data.numpy(), train.targets.numpy(), test.data.numpy(), test.targets.numpy()
''',
}

DATA = '''

def load_data():
    """Pixels normalised by mean and standard deviation of the training images, and labels."""
    train_pixels, train_labels, test_pixels, test_labels = load_images()
    if hashlib.md5(train_pixels.tobytes()).hexdigest() != DATA_MD5:
        print("Note: these are not the images of the recorded run; the curves will differ.")
    mean = float(train_pixels.mean(dtype=np.float64))
    deviation = float(train_pixels.std(dtype=np.float64))

    def normalised(pixels):
        return (torch.tensor(pixels).flatten(1).float() - mean) / deviation

    parts = normalised(train_pixels), torch.tensor(train_labels)
    parts += normalised(test_pixels), torch.tensor(test_labels)
    return [part.to(DEVICE) for part in parts]
'''

LOSSES: Mapping[str, str] = {
    "cross_entropy": '''

def cross_entropy(outputs, labels):
    """-ln q[y] with q = softmax(z), averaged by example."""
    return nn.functional.cross_entropy(outputs, labels)
''',
    "softmax_squared_error": '''

def softmax_squared_error(outputs, labels):
    """Sum of (q - p)^2 with q = softmax(z) and p one-hot, averaged by example."""
    p = nn.functional.one_hot(labels, outputs.shape[1]).float()
    return (torch.softmax(outputs, 1) - p).square().sum(1).mean()
''',
    "raw_squared_error": '''

def raw_squared_error(outputs, labels):
    """Sum of (z - p)^2 with p one-hot, averaged by example."""
    p = nn.functional.one_hot(labels, outputs.shape[1]).float()
    return (outputs - p).square().sum(1).mean()
''',
    "multiclass_hinge": '''

def multiclass_hinge(outputs, labels):
    """max(0, 1 + max z[j] - z[y]) over j other than y (Crammer and Singer), by example."""
    labels = labels.unsqueeze(1)
    strongest = outputs.scatter(1, labels, -torch.inf).max(1).values
    return torch.relu(1 + strongest - outputs.gather(1, labels).squeeze(1)).mean()
''',
}

NETWORK = '''

class Network(nn.Module):
    """Fully connected layers with ReLU between them."""

    def __init__(self, hidden_sizes, init, output_relu, seed):
        super().__init__()
        sizes = [784, *hidden_sizes, 10]
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes, sizes[1:]))
        self.output_relu = output_relu
        # On the CPU, so that the weights are the same on every device.
        generator = torch.Generator().manual_seed(seed)
        for layer in self.layers:
            INITS[init](layer, generator)

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = torch.relu(layer(x))
        outputs = self.layers[-1](x)
        return torch.relu(outputs) if self.output_relu else outputs
'''

SCALED_NORMAL = '''

def scaled_normal(scale):
    """Weights from a normal distribution of this standard deviation, biases 0."""

    @torch.no_grad()
    def init(layer, generator):
        layer.weight.normal_(generator=generator).mul_(scale(layer.in_features, layer.out_features))
        layer.bias.zero_()

    return init
'''

PYTORCH_DEFAULT = '''

@torch.no_grad()
def pytorch_default(layer, generator):
    """nn.Linear's own: weights and biases uniform within one over the root of the inputs."""
    bound = 1 / math.sqrt(layer.in_features)
    layer.bias.uniform_(-bound, bound, generator=generator)
    layer.weight.uniform_(-bound, bound, generator=generator)
'''

INITS: Mapping[str, str] = {
    "kaiming_normal": "scaled_normal(lambda inputs, outputs: math.sqrt(2 / inputs))",
    "xavier_normal": "scaled_normal(lambda inputs, outputs: math.sqrt(2 / (inputs + outputs)))",
    "normal": "scaled_normal(lambda inputs, outputs: 1.0)",
    "pytorch": "pytorch_default",
}

OPTIMIZERS: Mapping[str, str] = {
    "sgd": """

def sgd(parameters, settings):
    return torch.optim.SGD(
        parameters, lr=settings["learning_rate"], momentum=settings["momentum"]
    )
""",
    "adam": """

def adam(parameters, settings):
    return torch.optim.Adam(parameters, lr=settings["learning_rate"])
""",
}

TRAINING = '''

def train(settings, data, rows):
    """Train one curve; add (label, metric, step, value) to rows."""
    label = settings["label"]
    train_images, train_labels, test_images, test_labels = data
    network = Network(
        settings["hidden_sizes"], settings["init"], settings["output_relu"], settings["seed"]
    ).to(DEVICE)
    loss_function = LOSSES[settings["loss"]]
    optimizer = OPTIMIZERS[settings["optimizer"]](network.parameters(), settings)
    # Weights and batches must not come from the same numbers.
    shuffler = torch.Generator(DEVICE).manual_seed(settings["seed"] + 2**32)
    step = 0
    for epoch in range(settings["epochs"]):
        order = torch.randperm(len(train_labels), generator=shuffler, device=DEVICE)
        for batch in order.split(settings["batch_size"]):
            if step == settings["stop_after"]:
                return
            step += 1
            if step in settings["learning_rate_changes"]:
                optimizer.param_groups[0]["lr"] = settings["learning_rate_changes"][step]
            loss = loss_function(network(train_images[batch]), train_labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            rows.append((label, f"train/{settings['loss']}", step, loss.item()))
            if not math.isfinite(loss.item()):
                print(f"{label}: diverged at step {step}")
                return
        with torch.no_grad():
            outputs = network(test_images)
            accuracy = (outputs.argmax(1) == test_labels).float().mean().item()
            test_loss = nn.functional.cross_entropy(outputs, test_labels).item()
        rows.append((label, "test_full/accuracy", step, accuracy))
        rows.append((label, "test_full/cross_entropy", step, test_loss))
        print(f"{label}: epoch {epoch + 1}, test accuracy {accuracy:.2%}")


def main():
    torch.set_num_threads(THREADS)
    torch.set_flush_denormal(True)
    data = load_data()
    rows = [("label", "metric", "step", "value")]
    for settings in CURVES:
        train(settings, data, rows)
    with open(TABLE, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)


if __name__ == "__main__":
    main()
'''
