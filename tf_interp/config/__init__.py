"""Settings of a run: one frozen dataclass, the one home of every default.

The command line, config.json and the presets are all made from `Config`; see `tf_interp.commands.train`.
"""

import dataclasses
import json
from dataclasses import dataclass, fields
from typing import Any, Dict, Literal, Optional, Tuple

from tf_interp.config.validation import check_names, ranged, validated
from tf_interp.errors import InputError


@dataclass(frozen=True)
class Config:
    """Settings of one training run. Construction validates.

    Raises:
        InputError: a value of the wrong type or out of its range; the message names field, value and range.
    """

    data: Literal["mnist", "lines", "faces", "celeba"] = "mnist"
    """Data set to walk on. lines: the benchmark of ACAI, 32 x 32 images of a line at a random angle. faces: 64 x 64
    cartoons, which the program draws."""
    data_dir: Optional[str] = None
    """mnist: folder with four IDX .gz files named as MNIST's; Fashion-MNIST and KMNIST are drop-in. Default: the MNIST
    that ships inside the package. celeba: img_align_celeba.zip, another zip archive or folder of pictures, or the HDF5
    file that python -m fuel_compat convert writes."""
    method: Literal["bptt", "pg", "hybrid", "bptt_stop"] = "bptt"
    """Training strategy (section 4.4)."""
    seed: int = ranged(0, 0, 2**31 - 1)
    """Seeds the weights, the order of the pairs and everything that is drawn."""

    # The walk and its networks.
    steps: int = ranged(5, 1, 100)
    """K, the number of transformations in a walk, or the budget where STOP may end it sooner (section 4.5)."""
    use_stop: bool = False
    """Lets the Bernoulli STOP end walks under pg and hybrid; bptt_stop always does, bptt never."""
    stop_bias: float = ranged(-2.0, -20.0, 20.0)
    """Log-odds of STOP before training; negative prefers to go on (section 4.5)."""
    command_size: int = ranged(32, 1, 4096)
    """D, size of the command that the policy sends to the transformer."""
    spatial_command: bool = False
    """Makes the command a map, not a vector: D numbers spread over the cells of pi's last resolution, which must be
    T's lowest. T then reads in each cell what pi saw there."""
    initial_stddev: float = ranged(0.1, 1e-6, 10.0)
    """Standard deviation of the Gaussian command before training."""
    stddev_floor: float = ranged(0.0, 0.0, 10.0)
    """Least standard deviation of the command: a remedy for the hybrid's collapse (section 4.4)."""
    transformations: Tuple[Literal["warp", "recolor", "blend"], ...] = ("warp",)
    """Transformations applied in this order at each step (section 4.1; MNIST: the warp alone)."""
    max_flow: float = ranged(4.0, 0.01, 1000.0)
    """Largest displacement of one warp along either axis, in pixels."""
    initial_sigma_flow: float = ranged(0.7, 1e-3, 100.0)
    """pg: standard deviation of the drawn flow before training, in pixels (section 4.4, eq. 7 and 8)."""
    sigma_flow_floor: float = ranged(0.0, 0.0, 100.0)
    """pg: least standard deviation of the drawn flow, in pixels; the initial one comes on top. Without it T soon draws
    next to nothing and explores no more."""
    noise_size: Optional[int] = ranged(7, 1, 1024)
    """pg: H' = W' at which the noise of the flow is drawn (eq. 8); None draws it for every pixel (eq. 7)."""
    policy_features: Tuple[int, ...] = ranged((32, 64, 64), 1, 4096)
    """Channels of the strided convolutions of policy, value network and discriminator (Fig. 2a). Each halves the
    resolution."""
    transformer_features: Tuple[int, ...] = ranged((16, 32, 64), 1, 4096)
    """Channels of the U-Net from full resolution down (Fig. 2b). Each after the first halves the resolution."""
    map_halvings: int = ranged(0, 0, 8)
    """How often the resolution at which T decodes its maps is halved; they are enlarged bilinearly. 0: every pixel has
    a flow of its own, 1: every second one along each axis, which is smoother and faster."""

    # Rewards (section 3).
    goal_norm: Literal["l2", "l1", "perceptual"] = "l2"
    """Distance behind the goal reward: l2 is ||s_K - g||^2, l1 is ||s_K - g||_1, both summed over pixels; perceptual
    compares the activations of a small digit classifier, or for faces those of VGG16, as LPIPS does with equal weights;
    it is about a hundred times smaller, so raise goal_weight."""
    classifier: Optional[str] = None
    """Folder of the classifier of goal_norm perceptual. Default: the one for MNIST that ships with the package."""
    goal_weight: float = ranged(1.0, 0.0, 1e6)
    """Weight of the goal reward."""
    frame_goal_weight: float = ranged(0.0, 0.0, 1e6)
    """Weight of a goal reward on every frame, which rises evenly from 0 at s_0 to this at s_K; added to goal_weight."""
    flow_cost: float = ranged(0.0, 0.0, 1e6)
    """Paid in each step for the mean squared length of the flow, in pixels."""
    roughness_cost: float = ranged(0.0, 0.0, 1e6)
    """Paid in each step for the mean squared difference of the flow between neighbouring pixels."""
    motion_cost: float = ranged(0.0, 0.0, 1e6)
    """Paid in each step for ||s_{k+1} - s_k||^2. The sum over a walk is least if no step is longer than the others."""
    departure_cost: float = ranged(0.0, 0.0, 1e6)
    """Paid for ||s_1 - s_0||^2 on top: the step that otherwise goes too far at once."""
    painting_cost: float = ranged(0.0, 0.0, 1e6)
    """Paid in each step for the mean over pixels of 1 - alpha_blend, the share of the image that is painted anew."""
    gradient_weight: float = ranged(0.0, 0.0, 1e6)
    """Weight of a second goal reward, on ||grad s_K - grad g||_1, to which blurred edges are far from sharp ones."""
    step_penalty: float = ranged(0.0, 0.0, 1e6)
    """Paid for every transformation, in the units of the goal reward."""
    budget_penalty: float = ranged(0.0, 0.0, 1e6)
    """Paid when the budget ends a walk instead of STOP."""
    manifold_weight: float = ranged(0.0, 0.0, 1e6)
    """Weight of the discriminator's reward on every frame. 0 trains no discriminator."""
    r1_weight: float = ranged(1.0, 0.0, 1e6)
    """gamma of the discriminator's R1 gradient penalty."""
    mixture_weight: float = ranged(0.0, 0.0, 1e6)
    """Paid in each step for the square of a critic's guess, as in ACAI, of how far the frame is from the nearer end of
    its walk, as a share of ||s_0 - g||. 0 trains no such critic."""

    # Policy gradients (section 4.4).
    stop_gradient: Literal["estimated", "exact"] = "estimated"
    """bptt_stop: estimated credits STOP by policy gradients, as the paper does; exact sums over all stop times."""
    learner: Literal["both", "policy", "transformer", "alternate"] = "both"
    """Which agent learns; the other is fixed (section 3, the single-agent case). alternate takes turns."""
    alternate_every: int = ranged(100, 1, 10**9)
    """Iterations of one turn of learner = alternate."""
    normalize_advantages: bool = True
    """Shifts and scales advantages to mean 0 and deviation 1 over the batch."""
    advantage_clip: Optional[float] = ranged(None, 1e-6, 1e9)
    """Bound on the absolute advantage: a remedy the paper tried for the hybrid. None: no bound."""
    trace: float = ranged(1.0, 0.0, 1.0)
    """lambda of generalized advantage estimation. 1: G_k - V, as the paper has it. Less trusts V more, and credits an
    action less with what later ones do."""
    gradient_threshold: Optional[float] = ranged(None, 1e-9, 1e9)
    """tau of eq. 9, bound on the gradient norm of each log-likelihood in mu and in sigma. None: no bound."""
    policy_through_time: bool = False
    """hybrid: sends the policy-gradient signal through time too, into T (section 4.4)."""
    huber: bool = False
    """Trains V on the Huber loss instead of the squared error."""

    # Optimisation.
    iterations: int = ranged(3600, 1, 10**9)
    """Training iterations."""
    batch_size: int = ranged(32, 1, 65536)
    """Pairs of images in one iteration."""
    learning_rate: float = ranged(2e-3, 1e-8, 1.0)
    """Adam's learning rate for the two agents at the start; it falls along a half cosine."""
    policy_learning_rate: Optional[float] = ranged(None, 1e-8, 1.0)
    """Another one for pi, which falls in proportion. None: learning_rate. Under hybrid a pi much slower than T lets T
    learn to read the commands before they change their meaning."""
    final_learning_rate: float = ranged(2e-5, 0.0, 1.0)
    """Adam's learning rate at the last iteration."""
    value_learning_rate: float = ranged(1e-3, 1e-8, 1.0)
    """Adam's learning rate for the value network, constant."""
    discriminator_learning_rate: float = ranged(5e-4, 1e-8, 1.0)
    """Adam's learning rate for the discriminator and the critic of mixture_weight, constant."""
    clip_norm: float = ranged(100.0, 1e-6, 1e9)
    """Largest norm of the gradient of the two agents together; a larger gradient is scaled down to it."""
    precision: Literal["auto", "float32", "mixed_bfloat16"] = "auto"
    """Arithmetic of the convolutions. auto: mixed_bfloat16 where the CPU or GPU computes in bfloat16, else float32."""
    strategy: Literal["default", "mirrored"] = "default"
    """tf.distribute strategy: default uses one device, mirrored every visible GPU."""
    eager: bool = False
    """Runs without compiled graphs, for debugging."""

    # The run.
    initial_model: Optional[str] = None
    """Folder of the run whose trained weights this one begins with, those of the critics too; optimisers begin anew.
    Its networks must be the same. None: weights are drawn."""
    run_dir: Optional[str] = None
    """Folder of the run. Default: runs/<data>_<method>-<date>-<time>."""
    log_every: int = ranged(25, 1, 10**9)
    """Iterations between two rows of scalars."""
    image_every: int = ranged(500, 1, 10**9)
    """Iterations between two sets of strips and histograms."""
    checkpoint_every: int = ranged(250, 1, 10**9)
    """Iterations between two checkpoints."""
    keep_checkpoints: int = ranged(3, 1, 1000)
    """Checkpoints kept; older ones are removed."""

    def __post_init__(self):
        validated(self)
        if len(set(self.transformations)) < len(self.transformations):
            raise InputError(f"transformations: {self.transformations} names one twice")
        if self.method == "pg" and "warp" not in self.transformations:
            raise InputError("transformations: method pg draws flows, so it needs warp")

    @property
    def obeys_stop(self) -> bool:
        """Whether STOP may end a walk."""
        return self.method == "bptt_stop" or (self.use_stop and self.method != "bptt")

    def to_dict(self) -> Dict[str, Any]:
        """The settings as JSON-ready values."""
        return json.loads(json.dumps(dataclasses.asdict(self)))


def from_dict(values: Dict[str, Any], origin: str) -> Config:
    """Builds a `Config` from names and values; missing names take their defaults.

    Raises:
        InputError: an unknown name (with the nearest known one) or a bad value; the message begins with `origin`.
    """
    values = {name: value for name, value in values.items() if (name, value) != ("discriminator", "plain")}
    check_names(values, tuple(item.name for item in fields(Config)), origin)
    try:
        return Config(**values)
    except InputError as error:
        raise InputError(f"{origin}: {error}") from None
