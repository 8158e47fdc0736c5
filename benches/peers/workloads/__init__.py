"""The workloads of `gausswork-benches steps` in PyTorch, under the same names. A workload is one file and one row here."""
import importlib

WORKLOADS = {
    "mlp-vae": ("mlp_vae", "MlpVae"),
    "dcgan": ("dcgan", "Dcgan"),
    "ctgan": ("ctgan", "Ctgan"),
    "ctgan-penalty": ("ctgan", "Penalised"),
    "tvae": ("tvae", "Tvae"),
    "table-vae": ("table_vae", "TableVae"),
    "image-mlp": ("image_vae", "Perceptron"),
    "image-conv": ("image_vae", "Convolutional"),
}
# How PyTorch is asked to do it: its default Adam; Adam in one kernel; that, and losses compiled by Inductor.
VARIANTS = ("eager", "fused", "compile")


def make(name, how):
    """The workload of a name; `how` is a `Variant`."""
    module, kind = WORKLOADS[name]
    return getattr(importlib.import_module(f"workloads.{module}"), kind)(how)
