"""The settings of a run, in groups, each for one part of the code. Every default stands here and nowhere else.

A setting that only some runs use says so in its first words, by the label of a row of `usage.CONDITIONS`.
"""

from dataclasses import dataclass
from typing import Literal, Optional, Tuple

from tf_interp.config.validation import setting, validated


@dataclass(frozen=True)
class Group:
    """Settings of one part. Construction checks types and ranges.

    Raises:
        InputError: a value of the wrong type or out of its range; the message names setting, value and range.
    """

    def __post_init__(self):
        validated(self)


@dataclass(frozen=True)
class ModelConfig(Group):
    """The agents and their walk (sections 3, 4.1 and 4.3)."""

    steps: int = setting(5, 1, 100)
    """K, the number of transformations in a walk, or the budget where STOP may end it sooner (section 4.5)."""
    steps_drawn: Optional[Tuple[int, ...]] = setting(None, 1, 100)
    """Numbers of steps of which each training batch draws one, so that one model serves them all. None: `steps`."""
    use_stop: bool = setting(False, used_by="pg, hybrid")
    """pg, hybrid: lets the Bernoulli STOP end walks; bptt_stop always does, bptt never."""
    stop_bias: float = setting(-2.0, -20.0, 20.0, used_by="STOP")
    """STOP: its log-odds before training; negative prefers to go on (section 4.5)."""
    command_size: int = setting(32, 1, 4096)
    """D, size of the command that the policy sends to the transformer."""
    spatial_command: bool = setting(False)
    """Makes the command a map, not a vector: D numbers spread over the cells of pi's last resolution, which must be
    T's lowest. T then reads in each cell what pi saw there."""
    counts_steps: bool = setting(False)
    """Tells pi how many steps are left, as a constant plane, in units of the largest K that it is trained for; where
    there is one K that is (K - k) / K, as V is told. The paper's pi sees s_k and g alone, cannot tell the first step
    from the last, and takes the same share of the rest each time."""
    initial_stddev: float = setting(0.1, 1e-6, 10.0)
    """Standard deviation of the Gaussian command before training."""
    stddev_floor: float = setting(0.0, 0.0, 10.0)
    """Least standard deviation of the command: a remedy for the hybrid's collapse (section 4.4)."""
    transformations: Tuple[Literal["similarity", "warp", "recolor", "blend"], ...] = setting(("warp",))
    """Transformations applied in this order at each step (section 4.1). The paper used the warp alone on MNIST."""
    composition: bool = setting(False)
    """Makes every frame from s_0 by what the steps add up to, so that a walk interpolates its pixels once, not K times.
    The paper makes frame from frame."""
    max_flow: float = setting(4.0, 0.01, 1000.0, used_by="flows")
    """flows: largest displacement along either axis, in pixels; of a similarity, its largest shift."""
    stochastic_flow: bool = setting(False, used_by="warp")
    """warp: T draws its flow from a Gaussian, as pi draws its command (sections 4.3 and 4.5). Method pg needs it; the
    others differentiate through the draw."""
    initial_sigma_flow: float = setting(0.7, 1e-3, 100.0, used_by="stochastic_flow")
    """stochastic_flow: standard deviation of the flow before training, in pixels, above the floor (eq. 7 and 8)."""
    sigma_flow_floor: float = setting(0.0, 0.0, 100.0, used_by="stochastic_flow")
    """stochastic_flow: least standard deviation of the flow, in pixels. Without it T soon draws next to nothing and
    explores no more."""
    noise_size: Optional[int] = setting(7, 1, 1024, used_by="stochastic_flow")
    """stochastic_flow: H' = W' at which the noise is drawn (eq. 8); None draws it for every pixel (eq. 7)."""
    policy_features: Tuple[int, ...] = setting((32, 64, 64), 1, 4096)
    """Channels of the strided convolutions of policy, value network and critics (Fig. 2a). Each halves the
    resolution."""
    transformer_features: Tuple[int, ...] = setting((16, 32, 64), 1, 4096)
    """Channels of the U-Net from full resolution down (Fig. 2b). Each after the first halves the resolution."""
    patch: int = setting(1, 1, 8)
    """Side of the patches that T sees and predicts as a whole: their pixels are channels at its input, and a head
    predicts all pixels of a patch. 2 saves the convolutions at full resolution, the dearest ones. 1: none."""
    skips: Literal["concat", "add"] = setting("concat")
    """How T's decoder meets what the encoder saw. concat: beside it, as in the U-Net; add: added to it, and resolutions
    doubled by 2 x 2 convolutions instead of 4 x 4, which takes about half the arithmetic."""
    map_halvings: int = setting(0, 0, 8)
    """How often the resolution at which T decodes its maps is halved; they are enlarged bilinearly. 0: every pixel has
    a flow of its own, 1: every second one along each axis, which is smoother and faster."""


@dataclass(frozen=True)
class RewardConfig(Group):
    """Weights of the rewards (section 3), in the units of the goal reward; 0 leaves a reward out."""

    step_penalty: float = setting(0.0, 0.0, 1e6, used_by="STOP")
    """STOP: paid for every transformation (first reward of section 3)."""
    budget_penalty: float = setting(0.0, 0.0, 1e6, used_by="STOP")
    """STOP: paid when the budget ends a walk instead (second reward)."""
    manifold_weight: float = setting(0.0, 0.0, 1e6)
    """Weight of the discriminator's reward on every frame (third reward). 0 trains no discriminator."""
    goal_weight: float = setting(1.0, 0.0, 1e6)
    """Weight of the distance between the last frame and the goal (fourth reward)."""
    goal_norm: Literal["l2", "l1", "perceptual"] = setting("l2")
    """That distance: l2 is ||s_K - g||^2, l1 is ||s_K - g||_1, both summed over pixels; perceptual compares the
    activations of a small digit classifier, or for faces those of VGG16, which Keras downloads at first use (59 MB), as
    LPIPS does with equal weights; it is about a hundred times smaller, so raise goal_weight."""
    classifier: Optional[str] = setting(None, used_by="goal_norm perceptual")
    """goal_norm perceptual: folder of the classifier. Default: the one for MNIST that ships with the package."""
    coarse_goal_weight: float = setting(0.0, 0.0, 1e6)
    """Weight of a distance from the goal over a pyramid of ever coarser images, in which what is far out of place still
    has a slope."""
    edge_weight: float = setting(0.0, 0.0, 1e6)
    """Weight of a second distance from the goal, ||grad s_K - grad g||_1, to which blurred edges are far from sharp
    ones."""
    frame_goal_weight: float = setting(0.0, 0.0, 1e6)
    """Weight of a goal reward on every frame, which rises evenly from 0 at s_0 to this at s_K; added to goal_weight."""
    mixture_weight: float = setting(0.0, 0.0, 1e6)
    """Paid in each step for the square of a critic's guess, as in ACAI, of how far the frame is from the nearer end of
    its walk, as a share of ||s_0 - g||. 0 trains no such critic."""
    waypoint_weight: float = setting(0.0, 0.0, 1e6)
    """Paid for ||s_k - w_k||^2, k = 1 ... K - 1, w_k being waypoints: real and even on the way, where s_0 and g alone
    would leave it to the walk to find such frames."""
    waypoints: Optional[str] = setting(None, used_by="waypoint_weight")
    """waypoint_weight: folder of the autoencoder whose interpolations are the waypoints, see `tf-interp peer`. Default:
    the ACAI for MNIST that ships with the package."""
    evenness_cost: float = setting(0.0, 0.0, 1e6)
    """Paid for the spread of the step lengths d_k = ||s_{k+1} - s_k|| of a walk, sum_k (d_k - mean d)^2. A detour of
    even steps is free."""
    pace_cost: float = setting(0.0, 0.0, 1e6)
    """Paid in each step for (d_k - pace)^2. A walk that STOP may end then takes more steps the longer its way is."""
    pace: float = setting(0.0, 0.0, 1e6)
    """The length ||s_{k+1} - s_k|| that a step should have, where pace_cost is paid."""
    motion_cost: float = setting(0.0, 0.0, 1e6)
    """Paid in each step for ||s_{k+1} - s_k||^2. The sum over a walk is least if no step is longer than the others."""
    departure_cost: float = setting(0.0, 0.0, 1e6)
    """Paid for ||s_1 - s_0||^2, on top of motion_cost: the first step is the one that tends to go too far."""
    flow_cost: float = setting(0.0, 0.0, 1e6, used_by="flows")
    """flows: paid in each step for the mean squared length of its flows, in pixels."""
    roughness_cost: float = setting(0.0, 0.0, 1e6, used_by="warp")
    """warp: paid in each step for the mean squared difference of the flow between neighbouring pixels."""
    folding_cost: float = setting(0.0, 0.0, 1e6, used_by="warp")
    """warp: paid in each step for how far the flow folds the picture, or nearly does, see `measures.flow_folds`."""
    painting_cost: float = setting(0.0, 0.0, 1e6, used_by="blend")
    """blend: paid in each step for the mean over pixels of 1 - alpha_blend, the share of the image that is painted
    anew."""


@dataclass(frozen=True)
class CriticConfig(Group):
    """How the critics of frames learn."""

    r1_weight: float = setting(1.0, 0.0, 1e6, used_by="manifold_weight")
    """manifold_weight: gamma of the discriminator's R1 gradient penalty."""
    critic_learning_rate: float = setting(5e-4, 1e-8, 1.0, used_by="critics")
    """critics: Adam's learning rate for the discriminator and the critic of mixture_weight, constant."""


@dataclass(frozen=True)
class PolicyGradientConfig(Group):
    """Policy gradients (section 4.4, eq. 5, 6 and 9), and which agent learns."""

    trains: Literal["both", "policy", "transformer", "alternate"] = setting("both")
    """Which agent learns; the other is fixed (section 3, the single-agent case). alternate takes turns."""
    alternate_every: int = setting(100, 1, 10**9, used_by="trains alternate")
    """trains alternate: iterations of one turn."""
    stop_estimator: Literal["estimated", "exact"] = setting("estimated", used_by="bptt_stop")
    """bptt_stop: estimated credits STOP by policy gradients, as the paper does; exact sums over all stop times."""
    normalize_advantages: bool = setting(False, used_by="policy gradients")
    """policy gradients: shifts and scales advantages to mean 0 and deviation 1 over the batch. Under bptt_stop this
    rescales STOP's gradient against that of the rewards, so their sum is no longer the gradient of the return."""
    advantage_clip: Optional[float] = setting(None, 1e-6, 1e9, used_by="policy gradients")
    """policy gradients: bound on the absolute advantage, a remedy the paper tried for the hybrid. None: no bound."""
    gae_lambda: float = setting(1.0, 0.0, 1.0, used_by="policy gradients")
    """policy gradients: lambda of generalized advantage estimation. 1: G_k - V, as the paper has it. Less trusts V
    more, and credits an action less with what later ones do."""
    gradient_threshold: Optional[float] = setting(None, 1e-9, 1e9, used_by="pg, hybrid")
    """pg, hybrid: tau of eq. 9, bound on the gradient norm of each log-likelihood in mu and in sigma. None: no
    bound."""
    policy_through_time: bool = setting(False, used_by="hybrid")
    """hybrid: sends the policy-gradient signal through time too, into T (section 4.4)."""
    huber: bool = setting(False, used_by="policy gradients")
    """policy gradients: trains V on the Huber loss instead of the squared error."""
    value_learning_rate: float = setting(1e-3, 1e-8, 1.0, used_by="policy gradients")
    """policy gradients: Adam's learning rate for the value network, constant."""


@dataclass(frozen=True)
class OptimizerConfig(Group):
    """Optimisation of the two agents."""

    iterations: int = setting(3600, 1, 10**9)
    """Training iterations."""
    batch_size: int = setting(32, 1, 65536)
    """Pairs of images in one iteration."""
    learning_rate: float = setting(2e-3, 1e-8, 1.0)
    """Adam's learning rate at the start; it falls along a half cosine."""
    policy_learning_rate: Optional[float] = setting(None, 1e-8, 1.0)
    """Another one for pi, which falls in proportion. None: learning_rate. Under hybrid a pi much slower than T lets T
    learn to read the commands before they change their meaning."""
    final_learning_rate: float = setting(2e-5, 0.0, 1.0)
    """Adam's learning rate at the last iteration."""
    clip_norm: float = setting(100.0, 1e-6, 1e9)
    """Largest norm of the gradient of the two agents together; a larger gradient is scaled down to it."""
    precision: Literal["auto", "float32", "mixed_bfloat16"] = setting("auto")
    """Arithmetic of the convolutions. auto: mixed_bfloat16 where the CPU or GPU computes in bfloat16, else float32."""
    memory: Literal["store", "recompute", "host"] = setting("store")
    """What a rollout keeps for backpropagation through time (section 4.4). store: every activation; recompute: the
    states alone, and every step runs again in the backward pass; host: the same, with the states in host memory."""
    devices: Literal["one", "mirrored", "multi_worker"] = setting("one")
    """one: a single device; mirrored: every visible GPU; multi_worker: every GPU, or the CPU, of each machine in
    TF_CONFIG. Batch and draws are split, so that the weights do not depend on it but for rounding."""
    worker_wait: float = setting(120.0, 1.0, 86400.0, used_by="devices multi_worker")
    """devices multi_worker: seconds that a worker waits for the others to start."""
    eager: bool = setting(False)
    """Runs without compiled graphs, for debugging."""


@dataclass(frozen=True)
class RunConfig(Group):
    """The run's folder and how often it is written to."""

    run_dir: Optional[str] = setting(None)
    """Folder of the run. Default: runs/<data>_<method>-<date>-<time>."""
    initial_model: Optional[str] = setting(None)
    """Folder of the run whose trained weights this one begins with, those of the critics too; optimisers begin anew.
    Its networks must be the same. None: weights are drawn."""
    log_every: int = setting(25, 1, 10**9)
    """Iterations between two rows of scalars."""
    image_every: int = setting(500, 1, 10**9)
    """Iterations between two sets of strips and histograms."""
    checkpoint_every: int = setting(250, 1, 10**9)
    """Iterations between two checkpoints."""
    keep_checkpoints: int = setting(3, 1, 1000)
    """Checkpoints kept; older ones are removed."""
