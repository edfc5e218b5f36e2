"""The extra torch: value and gradient, beside torch's own."""

import torch

import funloss as fl

scores = torch.zeros((2, 4), requires_grad=True)
labels = torch.tensor([0, 3])
loss = fl.cross_entropy(scores, labels)
loss.backward()
assert torch.equal(loss, torch.nn.functional.cross_entropy(scores, labels)), loss
assert scores.grad is not None
assert scores.grad.tolist() == [[-0.375, *[0.125] * 3], [*[0.125] * 3, -0.375]]
print(f"torch {torch.__version__}: cross_entropy {loss.item()} and its gradient")
