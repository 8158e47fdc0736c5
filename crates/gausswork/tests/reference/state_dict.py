"""Writes state_dict_zip.pth and state_dict_plain.pth: one dictionary of tensors in both formats of torch.save (PyTorch 2).

    python state_dict.py
"""

from collections import OrderedDict

import torch

base = torch.arange(12, dtype=torch.float32) / 8
state = OrderedDict(
    [
        ("layer.weight", torch.tensor([[1.5, -2.0, 0.25], [3.0, 4.0, -0.5]])),
        ("layer.steps", torch.tensor(7)),
        # A part of a storage that two tensors share.
        ("first", base[2:6]),
        ("second", base[6:].reshape(2, 3)),
    ]
)
state._metadata = OrderedDict([("", {"version": 1})])
torch.save(state, "state_dict_zip.pth")
torch.save(state, "state_dict_plain.pth", _use_new_zipfile_serialization=False)
