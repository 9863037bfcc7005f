"""A training step of the digits' presets in PyTorch: the same networks, rewards and updates, as the yardstick."""

import os
from typing import Any, Callable, Dict, Tuple

import torch
from torch.nn import functional as F

from measurements import torch_networks as networks
from tf_interp.config import Config


class TorchStep:
    """One update by BPTT of pi, T and the mixture critic, by Adam.

    Args:
        config: settings of a preset of digits: warp and blend, rewards of goal, mixture, motion, departure, evenness,
            flow, roughness and painting.
        side, channels: of the images.
        compiled: whether losses and gradients go through torch.compile.
        channels_last: memory format of images and weights.
    """

    def __init__(self, config: Config, side: int, channels: int, compiled: bool = False, channels_last: bool = False):
        self.config = config
        self.format = torch.channels_last if channels_last else torch.contiguous_format
        self.policy = networks.Policy(config, side, channels).to(memory_format=self.format)
        self.transformer = networks.Transformer(config, side, channels).to(memory_format=self.format)
        self.agents = [*self.policy.parameters(), *self.transformer.parameters()]
        self.optimizers = [torch.optim.Adam(self.agents, config.optimizer.learning_rate)]
        self.critic = None
        if config.reward.mixture_weight:
            self.critic = networks.Critic(config, side, channels).to(memory_format=self.format)
            rate = config.critic.critic_learning_rate
            self.optimizers.append(torch.optim.Adam(self.critic.parameters(), rate))
        compile_ = torch.compile if compiled else lambda function: function
        self._agents_loss, self._critic_loss = compile_(self.agents_loss), compile_(self.critic_loss)

    @property
    def parameters(self) -> int:
        """Number of trainable weights."""
        of_critic = [] if self.critic is None else list(self.critic.parameters())
        return sum(each.numel() for each in [*self.agents, *of_critic])

    def __call__(self, start: torch.Tensor, goal: torch.Tensor) -> None:
        """One update on float32 [B,C,H,W] in [0, 1]."""
        start, goal = (image.contiguous(memory_format=self.format) for image in (start, goal))
        if self.critic is not None:
            self.critic.requires_grad_(False)
        for optimizer in self.optimizers:
            optimizer.zero_grad()
        loss, frames = self._agents_loss(start, goal)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.agents, self.config.optimizer.clip_norm)
        if self.critic is not None:
            self.critic.requires_grad_(True)
            self._critic_loss(frames.detach(), goal).backward()
        for optimizer in self.optimizers:
            optimizer.step()

    def agents_loss(self, start: torch.Tensor, goal: torch.Tensor, draws: bool = True):
        """Minus the mean return, and the frames [B,K+1,C,H,W]; draws=False takes means in place of samples."""
        steps, state, frames, total = self.config.model.steps, start, [start], 0.0
        for k in range(steps):
            mean, stddev = self.policy(state, goal, 1.0 - k / steps)
            command = mean + stddev * torch.randn_like(mean) if draws else mean
            params = self.transformer(state, command)
            flow = params["mu_flow"]
            if "sigma_flow" in params and draws:
                flow = flow + params["sigma_flow"] * torch.randn_like(flow)
            moved = networks.warp(state, flow)
            if "synthesis" in params:
                moved = params["alpha_blend"] * moved + (1.0 - params["alpha_blend"]) * params["synthesis"]
            total = total + self._reward(k, state, moved, params)
            state = moved
            frames.append(state)
        weights, walked = self.config.reward, torch.stack(frames, dim=1)
        total = total - weights.goal_weight * _squares(state - goal)
        if weights.evenness_cost:
            steps = _length(walked.diff(dim=1))
            total = total - weights.evenness_cost * (steps - steps.mean(1, keepdim=True)).square().sum(1)
        return -total.mean(), walked

    def _reward(self, k: int, state: torch.Tensor, moved: torch.Tensor, params: Dict[str, Any]) -> torch.Tensor:
        weights, flow, total = self.config.reward, params["mu_flow"], torch.zeros(len(state))
        motion = weights.motion_cost + (weights.departure_cost if k == 0 else 0.0)
        if motion:
            total = total - motion * _squares(moved - state)
        if weights.flow_cost:
            total = total - weights.flow_cost * flow.square().sum(1).mean((1, 2))
        if weights.roughness_cost:
            right, down = flow.diff(dim=3), flow.diff(dim=2)
            rough = right.square().sum(1).mean((1, 2)) + down.square().sum(1).mean((1, 2))
            total = total - weights.roughness_cost * rough
        if weights.painting_cost:
            total = total - weights.painting_cost * (1.0 - params["alpha_blend"]).mean((1, 2, 3))
        if self.critic is not None:
            total = total - weights.mixture_weight * self.critic(moved).square()
        return total

    def critic_loss(self, frames: torch.Tensor, goal: torch.Tensor) -> torch.Tensor:
        """`tf_interp.training.critics.mixture.mixture_loss`, the mean over the batch."""
        start, last = frames[:, :1], frames[:, -1]
        share = torch.rand(len(goal), 1, 1, 1)
        blends = share * last + (1.0 - share) * goal
        answers = torch.minimum(_length(frames[:, 1:] - start), _length(frames[:, 1:] - goal[:, None]))
        answers = (answers / _length(start - goal[:, None]).clamp(min=1e-12)).clamp(max=1.0)
        guesses = self.critic(frames[:, 1:].flatten(0, 1).contiguous(memory_format=self.format)).view_as(answers)
        others = self.critic(start[:, 0]).square() + self.critic(blends).square()
        return (F.mse_loss(guesses, answers, reduction="none").mean(1) + others).mean()


def _squares(difference: torch.Tensor) -> torch.Tensor:
    return difference.square().sum((1, 2, 3))


def _length(difference: torch.Tensor) -> torch.Tensor:
    return difference.square().sum((2, 3, 4)).sqrt()


def torch_step(
    config: Config, shape: Tuple[int, int, int], compiled: bool, channels_last: bool
) -> Tuple[Callable[[], None], Dict[str, Any]]:
    """The step on a pair of batches, on one thread; for `work.WORK`."""
    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    if compiled and os.environ.get("ONEDNN_MAX_CPU_ISA") == "AVX2":
        from torch._inductor import config as inductor

        inductor.cpp.simdlen = 256
    height, _, channels = shape
    step = TorchStep(config, height, channels, compiled, channels_last)
    pair = [torch.rand(config.optimizer.batch_size, channels, *shape[:2]) for _ in range(2)]
    return lambda: step(*pair), {"parameters": step.parameters}
