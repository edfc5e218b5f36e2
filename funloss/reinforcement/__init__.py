"""Losses of values and policies in reinforcement learning."""

from funloss.reinforcement._categorical import (
    categorical_q_learning_loss,
    categorical_td_loss,
)
from funloss.reinforcement._policy_gradient import (
    dpg_loss,
    entropy_loss,
    policy_gradient_loss,
)
from funloss.reinforcement._ppo import ppo_clip_loss
from funloss.reinforcement._q_learning import q_learning_loss
from funloss.reinforcement._quantile import (
    quantile_huber_loss,
    quantile_q_learning_loss,
)
from funloss.reinforcement._regret import qpg_loss, rm_loss, rpg_loss
from funloss.reinforcement._retrace import retrace_loss
from funloss.reinforcement._td import td_loss

__all__ = [
    "categorical_q_learning_loss",
    "categorical_td_loss",
    "dpg_loss",
    "entropy_loss",
    "policy_gradient_loss",
    "ppo_clip_loss",
    "q_learning_loss",
    "qpg_loss",
    "quantile_huber_loss",
    "quantile_q_learning_loss",
    "retrace_loss",
    "rm_loss",
    "rpg_loss",
    "td_loss",
]
