"""The networks of `tf_interp.model.networks` in PyTorch, as far as the digits' presets use them.

Tensors are [B,C,H,W], flows (F_x, F_y) in pixels. With equal weights they compute what TensorFlow's do, to rounding;
a test holds them to it.
"""

import math
from typing import Dict, List, Tuple

import torch
from torch import nn
from torch.nn import functional as F

from tf_interp.config import Config
from tf_interp.model.transforms.blend import KEEP_LOGIT


class Convolution(nn.Module):
    """With TensorFlow's "same" padding, which may have one row and column more below and on the right."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int = 1):
        super().__init__()
        self.layer = nn.Conv2d(inputs, outputs, kernel, stride)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        layer, kernel, stride = self.layer, self.layer.kernel_size[0], self.layer.stride[0]
        missing = [max((math.ceil(side / stride) - 1) * stride + kernel - side, 0) for side in x.shape[2:]]
        if any(rows % 2 for rows in missing):
            height, width = ((rows // 2, rows - rows // 2) for rows in missing)
            return layer(F.pad(x, [*width, *height]))
        return F.conv2d(x, layer.weight, layer.bias, stride, [rows // 2 for rows in missing])


class Body(nn.Module):
    """Strided convolutions, then one vector an image (Fig. 2a)."""

    def __init__(self, inputs: int, features: Tuple[int, ...], side: int):
        super().__init__()
        widths = [inputs, *features]
        self.layers = nn.ModuleList(Convolution(*pair, 4, 2) for pair in zip(widths, features))
        for _ in features:
            side = math.ceil(side / 2)
        self.size = side * side * features[-1]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for layer in self.layers:
            x = F.leaky_relu(layer(x), 0.2)
        return x.permute(0, 2, 3, 1).flatten(1)


class Policy(nn.Module):
    """pi: mean and standard deviation of the command, and STOP, which BPTT leaves aside."""

    def __init__(self, config: Config, side: int, channels: int):
        super().__init__()
        model = config.model
        self.counts_steps = model.counts_steps
        self.body = Body(2 * channels + self.counts_steps, model.policy_features, side)
        self.mean, self.raw_stddev = (nn.Linear(self.body.size, model.command_size) for _ in range(2))
        self.stop = nn.Linear(self.body.size, 1)
        nn.init.zeros_(self.raw_stddev.weight)
        self.floor, self.scale = model.stddev_floor, model.initial_stddev / math.log(2.0)

    def forward(self, state: torch.Tensor, goal: torch.Tensor, remaining: float) -> Tuple[torch.Tensor, torch.Tensor]:
        seen = [state, goal]
        if self.counts_steps:
            seen.append(torch.full_like(state[:, :1], remaining))
        h = self.body(torch.cat(seen, dim=1))
        return self.mean(h), self.floor + self.scale * F.softplus(self.raw_stddev(h))


class Critic(nn.Module):
    """One number an image."""

    def __init__(self, config: Config, side: int, channels: int):
        super().__init__()
        self.body = Body(channels, config.model.policy_features, side)
        self.head = nn.Linear(self.body.size, 1)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return self.head(self.body(image))[:, 0]


class Transformer(nn.Module):
    """T: image and command -> the parameters of warp and blend."""

    def __init__(self, config: Config, side: int, channels: int):
        super().__init__()
        model = config.model
        self.model, self.patch, self.adds = model, model.patch, model.skips == "add"
        features, side = model.transformer_features, side // self.patch
        widths = [channels * self.patch**2, *features]
        self.encoder = nn.ModuleList(
            Convolution(*pair, 3, 1 + (level > 0)) for level, pair in enumerate(zip(widths, features))
        )
        for _ in features[1:]:
            side = math.ceil(side / 2)
        self.coarse = (side, side, features[-1])
        self.unpack_command = nn.Linear(model.command_size, side * side * features[-1])
        joined, kernel = (1, 2) if self.adds else (2, 4)
        self.bottleneck = Convolution(joined * features[-1], features[-1], 3)
        up, widths = list(reversed(features[:-1])), list(reversed(features))
        self.upsample = nn.ModuleList(
            nn.ConvTranspose2d(*pair, kernel, 2, (kernel - 2) // 2) for pair in zip(widths, up)
        )
        self.decoder = nn.ModuleList(Convolution(joined * size, size, 3) for size in up)
        self.heads = nn.ModuleDict(
            {name: Convolution(features[0], size * self.patch**2, 3) for name, size in _heads(config, channels).items()}
        )
        for head in self.heads.values():
            nn.init.zeros_(head.layer.weight)

    def forward(self, image: torch.Tensor, command: torch.Tensor) -> Dict[str, torch.Tensor]:
        skips: List[torch.Tensor] = []
        h = F.pixel_unshuffle(image, self.patch) if self.patch > 1 else image
        for layer in self.encoder:
            h = F.relu(layer(h))
            skips.append(h)
        unpacked = self.unpack_command(command).view(-1, *self.coarse).permute(0, 3, 1, 2)
        h = F.relu(self.bottleneck(self._join(skips.pop(), unpacked)))
        for upsample, layer in zip(self.upsample, self.decoder):
            skip = skips.pop()
            h = F.relu(upsample(h))[:, :, : skip.shape[2], : skip.shape[3]]
            h = F.relu(layer(self._join(h, skip)))
        raw = {name: head(h) for name, head in self.heads.items()}
        if self.patch > 1:
            raw = {name: F.pixel_shuffle(value, self.patch) for name, value in raw.items()}
        return self._activated(raw)

    def _join(self, first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
        return first + second if self.adds else torch.cat([first, second], dim=1)

    def _activated(self, raw: Dict[str, torch.Tensor]) -> Dict[str, torch.Tensor]:
        model, found = self.model, {"mu_flow": self.model.max_flow * torch.tanh(raw["mu_flow"])}
        if "sigma_flow" in raw:
            scale = model.initial_sigma_flow / math.log(2.0)
            found["sigma_flow"] = max(model.sigma_flow_floor, 1e-3) + scale * F.softplus(raw["sigma_flow"])
        if "synthesis" in raw:
            kept = 1.0 / (1.0 + math.exp(-KEEP_LOGIT))
            found["alpha_blend"] = _Projection.apply(torch.sigmoid(raw["alpha_blend"] + KEEP_LOGIT) / kept)
            found["synthesis"] = torch.sigmoid(raw["synthesis"])
        return found


def _heads(config: Config, channels: int) -> Dict[str, int]:
    heads = {"mu_flow": 2}
    if config.model.stochastic_flow:
        heads["sigma_flow"] = 2
    return {**heads, "alpha_blend": 1, "synthesis": channels} if "blend" in config.model.transformations else heads


class _Projection(torch.autograd.Function):
    """`tf_interp.model.transforms.projection.projected` into [0, 1]."""

    @staticmethod
    def forward(context, x: torch.Tensor) -> torch.Tensor:
        context.save_for_backward(x)
        return x.clamp(0.0, 1.0)

    @staticmethod
    def backward(context, upstream: torch.Tensor) -> torch.Tensor:
        (x,) = context.saved_tensors
        outwards = ((x >= 1.0) & (upstream < 0.0)) | ((x <= 0.0) & (upstream > 0.0))
        return torch.where(outwards, 0.0, upstream)


def warp(image: torch.Tensor, flow: torch.Tensor) -> torch.Tensor:
    """Eq. 2: bilinear, positions clamped to the border. flow [B,2,H,W]."""
    height, width = image.shape[2:]
    x = torch.arange(width, dtype=flow.dtype) + flow[:, 0]
    y = torch.arange(height, dtype=flow.dtype)[:, None] + flow[:, 1]
    grid = torch.stack([2 * x / (width - 1) - 1, 2 * y / (height - 1) - 1], dim=-1)
    return F.grid_sample(image, grid, padding_mode="border", align_corners=True)
