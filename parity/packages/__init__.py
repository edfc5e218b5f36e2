"""Packages of PyTorch losses: second references of cases, loaded when they are needed.

`python -m parity --packages` compares funloss with them; nothing else needs them.
`requirements.txt` has their exact versions.
"""
