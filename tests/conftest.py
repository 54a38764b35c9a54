"""What all tests share: how hypothesis draws, which tests are slow, and which of them share a process."""
import os
from pathlib import Path

import pytest
from hypothesis import settings

if "PYTEST_XDIST_WORKER" in os.environ:                 # each process has one core: NumPy is told before it is imported
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# The same examples in every run, so that a failure can be looked at again; and, to look for new ones,
# `python -m pytest --hypothesis-profile=search`. No deadline: these machines are shared.
settings.register_profile("repeat", derandomize=True, deadline=None)
settings.register_profile("search", max_examples=1000, deadline=None)
settings.load_profile("repeat")

# Tests that take a second or more, alone or with all their cases, by the beginning of their names: whole lessons, browsers, arbitrary precision, graphs
# of a million Values. `python -m pytest -m "not slow"` runs all others.
SLOW = (
    "tests/demos/",
    "tests/test_demos.py",
    "tests/compat/test_micrograd.py::test_a_gpt_trains",
    "tests/compat/test_micrograd.py::test_the_demo",
    "tests/compat/test_micrograd.py::test_the_gradient_of_the_gpt",
    "tests/compiler/test_jit.py::test_a_case_is_as_eager_or_refused",
    "tests/compiler/test_jit.py::test_calls_that_look_alike_notice_what_is_special",
    "tests/compiler/test_jit.py::test_what_people_write_is_compiled",
    "tests/compiler/test_steps.py",
    "tests/nn/test_odd_models.py",
    "tests/pictures/test_live.py::test_in_firefox",
    "tests/test_habits.py::test_the_figures_are_printed",
    "tests/pictures/test_draw.py::test_the_same_expression_gives_the_same_bytes_in_another_process",
    "tests/nn/test_train.py::test_a_thread_each_trains_as_one_thread_alone",
    "tests/compiler/test_javascript.py::test_a_label_that_means",
    "tests/compiler/test_jit.py::test_a_function_at_random",
    "tests/compiler/test_jit.py::test_samples_of_a_function_at_random",
    "tests/compiler/test_names.py::test_an_operation_of_any_name_compiles",
    "tests/derivatives/test_check.py::test_a_planted_error",
    "tests/derivatives/test_engine_operators.py::test_one_wrong_operator",
    "tests/derivatives/test_engine_operators.py::test_engines_made",
    "tests/derivatives/test_structure.py",
    "tests/pictures/test_draw.py::test_every_value_and_every_use",
    "tests/pictures/test_draw.py::test_a_picture_names_the_operations_whose_grad_comes",
    "tests/pictures/test_draw.py::test_edges_end_at_their_nodes",
    "tests/pictures/test_dragging.py",
    "tests/compiler/test_split.py",
    "tests/compiler/test_variants.py",
    "tests/compiler/test_verify.py",
    "tests/nn/test_matrix_proof.py",
    "tests/pictures/test_dot.py::test_a_dot_that_hangs",
    "tests/pictures/test_draw.py::test_too_many_nodes_one_by_one",
    "tests/words/test_explain.py::test_a_path_through_a_long_chain",
    "tests/mutants/test_mutants.py",
    "tests/words/test_steps.py",
    "tests/words/test_words.py::test_a_hostile_name",
    "tests/compiler/test_fields.py",
    "tests/compiler/test_source.py::test_a_recurrent_network_is_a_loop_in_as_many_lines",
    "tests/nn/test_losses.py::test_values_on_one_output",
    "tests/pictures/test_draw.py::test_a_hand_can_write",
    "tests/words/test_words.py::test_random_is_left_alone",
    "tests/compiler/test_c.py",
    "tests/compiler/test_cells.py",
    "tests/compiler/test_complete.py",
    "tests/compiler/test_idioms.py",
    "tests/compiler/test_javascript.py::test_programs",
    "tests/compiler/test_javascript.py::test_random",
    "tests/compiler/test_jax.py::test_a_program",
    "tests/compiler/test_jax.py::test_programs",
    "tests/compiler/test_jax.py::test_random",
    "tests/compiler/test_jax.py::test_on_eight",
    "tests/compiler/test_jax.py::test_derivatives",
    "tests/compiler/test_jax.py::test_vmap",
    "tests/compiler/test_jax.py::test_a_recurrent",
    "tests/compiler/test_loops.py",
    "tests/compiler/test_patterns.py::test_a_pattern_for_each_sample",
    "tests/compiler/test_patterns.py::test_a_pattern_of_one_graph",
    "tests/compiler/test_patterns.py::test_a_network_per_sample",
    "tests/compiler/test_patterns.py::test_an_irregularity",
    "tests/compiler/test_patterns.py::test_arrays_joined_at_random",
    "tests/compiler/test_program.py",
    "tests/derivatives/test_check_engine.py::test_a_hostile",
    "tests/derivatives/test_check_engine.py::test_a_mutant",
    "tests/derivatives/test_check_engine.py::test_a_right",
    "tests/derivatives/test_check_engine.py::test_a_wrong_engine",
    "tests/test_interrupts.py::test_an_interrupt_at_any_line_of_a_block_ends_it",
    "tests/formulas/test_javascript.py",
    "tests/nn/test_playground.py",
    "tests/pictures/test_files.py",
    "tests/pictures/test_geometry.py::test_a_film",
    "tests/pictures/test_live.py",
    "tests/pictures/test_matrices.py",
    "tests/compiler/test_programs.py",
    "tests/compiler/test_random_graphs.py",
    "tests/compiler/test_styles.py",
    "tests/compiler/test_views.py",
    "tests/derivatives/test_transforms.py::test_row_to_third_order",
    "tests/nn/test_changes.py",
    "tests/nn/test_data.py",
    "tests/nn/test_files.py",
    "tests/nn/test_matrix.py",
    "tests/nn/test_matrix_check.py",
    "tests/nn/test_steps.py",
    "tests/nn/test_train.py::test_fit_does_micrograds_demo_too",
    "tests/nn/test_train.py::test_micrograds_demo",
    "tests/pictures/test_dot.py::test_a_font_that_is_as_wide",
    "tests/pictures/test_dot.py::test_a_picture_displays_as_html",
    "tests/pictures/test_dot.py::test_a_real_wheel_draws",
    "tests/pictures/test_dot.py::test_it_is_a_digraph_that_users_change",
    "tests/pictures/test_measure.py",
    "tests/pictures/test_play.py",
    "tests/pictures/test_svg.py",
    "tests/test_fast.py",
    "tests/test_graph.py",
    "tests/test_ops.py::test_exact_to_rounding",
    "tests/test_ops.py::test_first_derivatives",
    "tests/test_ops.py::test_second_derivatives",
    "tests/test_ops.py::test_the_numpy_it_prints",
    "tests/test_ops.py::test_value",
    "tests/test_sweep.py::test_no_",
    "tests/test_value.py::test_a_chain_of_a_million_operations",
    "tests/test_value.py::test_a_graph_dies_with_its_last_reference",
    "tests/test_value.py::test_a_wide_sum",
    "tests/test_value.py::test_work_is_linear",
    "tests/words/test_explain.py::test_every_equation_is_latex",
)


SLOW_FILES = {Path(__file__).parent.parent / name for name in SLOW if name.endswith(".py")}


def pytest_ignore_collect(collection_path, config):
    """Files of slow tests alone are not even imported where slow tests are left out."""
    return True if config.option.markexpr == "not slow" and collection_path in SLOW_FILES else None


def pytest_configure(config):
    """With `-n`: a test at a time to whichever process is free, those that share something together, the longest first."""
    if getattr(config.option, "dist", "no") == "load":
        quick = config.option.markexpr == "not slow"        # many short tests: a batch of them at a time
        config.option.dist, config.option.loadscopereorder = "worksteal" if quick else "loadgroup", False


def group(item):
    """The tests that have to share a process with this one: all that use the lessons, all of its file that use the same browser or site."""
    scopes = {made[-1].scope for made in item._fixtureinfo.name2fixturedefs.values() if made[-1].baseid.startswith("tests/")}
    return "session" if "session" in scopes else item.nodeid.split("::")[0] if "module" in scopes else ""


def pytest_collection_modifyitems(config, items):
    for item in items:
        if item.nodeid.startswith(SLOW):
            item.add_marker("slow")
    if getattr(config.option, "dist", "no") == "loadgroup":
        for item in items:
            if group(item):
                item.add_marker(pytest.mark.xdist_group(group(item)))
        items.sort(key=lambda item: not group(item))
