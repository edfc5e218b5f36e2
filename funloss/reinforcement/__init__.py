"""Losses of values and policies in reinforcement learning."""

from funloss.reinforcement._categorical_q_learning import categorical_q_learning_loss
from funloss.reinforcement._categorical_td import categorical_td_loss
from funloss.reinforcement._dpg import dpg_loss
from funloss.reinforcement._entropy import entropy_loss
from funloss.reinforcement._grpo import grpo_loss
from funloss.reinforcement._policy_gradient import policy_gradient_loss
from funloss.reinforcement._ppo_clip import ppo_clip_loss
from funloss.reinforcement._ppo_value import ppo_value_loss
from funloss.reinforcement._q_learning import q_learning_loss
from funloss.reinforcement._qpg import qpg_loss
from funloss.reinforcement._quantile_huber import quantile_huber_loss
from funloss.reinforcement._quantile_q_learning import quantile_q_learning_loss
from funloss.reinforcement._retrace import retrace_loss
from funloss.reinforcement._rm import rm_loss
from funloss.reinforcement._rpg import rpg_loss
from funloss.reinforcement._sampled_kl import sampled_kl_loss
from funloss.reinforcement._td import td_loss

__all__ = [
    "categorical_q_learning_loss",
    "categorical_td_loss",
    "dpg_loss",
    "entropy_loss",
    "grpo_loss",
    "policy_gradient_loss",
    "ppo_clip_loss",
    "ppo_value_loss",
    "q_learning_loss",
    "qpg_loss",
    "quantile_huber_loss",
    "quantile_q_learning_loss",
    "retrace_loss",
    "rm_loss",
    "rpg_loss",
    "sampled_kl_loss",
    "td_loss",
]
