"""Which device and which arithmetic a run uses, and why a GPU of the system is not used, if it is not."""

import ctypes
import os
import platform
from pathlib import Path
from typing import List, NamedTuple, Optional, Sequence

import tensorflow as tf

BFLOAT16_FLAGS = ("amx_bf16", "avx512_bf16")
_NVIDIA, _AMD = "0x10de", "0x1002"
_DISPLAY_CLASSES = ("0x0300", "0x0302", "0x0380")  # PCI: VGA, 3D, other display controllers
_BUILD = tf.sysconfig.get_build_info()
_CUDA, _CUDNN = _BUILD.get("cuda_version", ""), _BUILD.get("cudnn_version", "")  # "12.2", "8"; empty without CUDA
_CUDA_LIBRARIES = (
    "libcuda.so.1",
    *(f"{library}.so.{_CUDA.split('.')[0]}" for library in ("libcudart", "libcublas")),
    f"libcudnn.so.{_CUDNN.split('.')[0]}",
)
_INSTALL_CUDA = f'pip install "tensorflow[and-cuda]=={tf.__version__}"'


class DeviceReport(NamedTuple):
    """device and precision as printed and recorded; warning is None or why a GPU lies idle, with the remedy."""

    device: str
    precision: str
    warning: Optional[str]


def describe_device(precision: str) -> DeviceReport:
    """Looks at the system and settles `precision`.

    Args:
        precision: "float32", "mixed_bfloat16" or "auto" (bfloat16 where the hardware computes in it).
    """
    gpus = tf.config.list_physical_devices("GPU")
    details = [tf.config.experimental.get_device_details(gpu) for gpu in gpus]
    if gpus:
        device = ", ".join(item.get("device_name", "GPU") for item in details)
        has_bfloat16 = all(item.get("compute_capability", (0, 0)) >= (8, 0) for item in details)
    else:
        device = f"CPU ({_cpu_name()}, {os.cpu_count()} cores)"
        has_bfloat16 = any(flag in _cpu_flags() for flag in BFLOAT16_FLAGS)
    if precision == "auto":
        precision = "mixed_bfloat16" if has_bfloat16 else "float32"
    warning = explain_idle_gpu(
        system_gpus=system_gpus(),
        tensorflow_gpus=len(gpus),
        built_with_cuda=tf.test.is_built_with_cuda(),
        visible=os.environ.get("CUDA_VISIBLE_DEVICES"),
        missing_libraries=[name for name in _CUDA_LIBRARIES if not _loads(name)],
    )
    return DeviceReport(device, precision, warning)


def explain_idle_gpu(
    system_gpus: Sequence[str],
    tensorflow_gpus: int,
    built_with_cuda: bool,
    visible: Optional[str],
    missing_libraries: Sequence[str],
) -> Optional[str]:
    """One sentence on why TensorFlow does not use a GPU that the system shows, with the remedy; None if all is well.

    Args:
        system_gpus: vendors of the GPUs the system shows, "NVIDIA" or "AMD".
        tensorflow_gpus: number of GPUs TensorFlow sees.
        built_with_cuda: whether this TensorFlow build knows CUDA.
        visible: value of CUDA_VISIBLE_DEVICES, None if unset.
        missing_libraries: CUDA libraries that do not load.
    """
    if not system_gpus or tensorflow_gpus:
        return None
    found = f"this system has a GPU ({', '.join(system_gpus)}) that TensorFlow does not use: "
    if "NVIDIA" not in system_gpus:
        return found + "the TensorFlow builds on PyPI drive NVIDIA GPUs only."
    if visible is not None and visible.strip() in ("", "-1"):
        return found + f"CUDA_VISIBLE_DEVICES={visible!r} hides it. Unset that variable."
    if not built_with_cuda:
        return found + "this build has no CUDA. Install it with: " + _INSTALL_CUDA
    if "libcuda.so.1" in missing_libraries:
        return found + "the NVIDIA driver is not loaded (no libcuda.so.1). Install or start it; nvidia-smi must work."
    if missing_libraries:
        missing = ", ".join(missing_libraries)
        needs = f"TensorFlow {tf.__version__} needs CUDA {_CUDA} and cuDNN {_CUDNN}"
        return found + f"{missing} cannot be loaded. {needs}: {_INSTALL_CUDA}"
    unfit = f"driver or compute capability do not suit TensorFlow {tf.__version__}"
    return found + f"{unfit}; TF_CPP_MIN_LOG_LEVEL=0 makes it say why."


def system_gpus(pci: Path = Path("/sys/bus/pci/devices"), nodes: Path = Path("/dev")) -> List[str]:
    """Vendors of the GPUs the system shows, from PCI and from device nodes (containers and WSL have only those)."""
    vendors = []
    for device in sorted(pci.glob("*")):
        vendor, kind = _read(device / "vendor"), _read(device / "class")[:6]
        if kind in _DISPLAY_CLASSES and vendor in (_NVIDIA, _AMD):
            vendors.append("NVIDIA" if vendor == _NVIDIA else "AMD")
    if "NVIDIA" not in vendors and (list(nodes.glob("nvidia[0-9]*")) or (nodes / "dxg").exists()):
        vendors.append("NVIDIA")
    return vendors


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _cpu_field(name: str) -> str:
    for line in _read(Path("/proc/cpuinfo")).splitlines():
        if line.split(":")[0].strip() == name:
            return line.split(":", 1)[1].strip()
    return ""


def _cpu_name() -> str:
    return _cpu_field("model name") or platform.processor() or platform.machine()


def _cpu_flags() -> List[str]:
    return _cpu_field("flags").split()


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
