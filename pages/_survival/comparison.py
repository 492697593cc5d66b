"""How the groups compare: tests and models as chosen, whether they hold, and restricted means."""

from __future__ import annotations

import streamlit as st

from pages._survival.choice import Choice
from pages._ui import choices, figure, table
from pages._ui.session import compute
from pages._ui.text import escape
from retnet_core.analysis import proportional_hazards, rmst, survival
from retnet_core.charts import readout
from retnet_core.charts.schoenfeld import schoenfeld_figure


def show(choice: Choice) -> None:
    """Draw the comparison of the groups."""
    if choice.reference is None:
        st.info("There is only one group: nothing to compare.")
        return
    model = choices.model(choice.tte.covariates(without=choice.by))
    _tests_and_models(choice, model)
    _proportionality(choice, model)
    _restricted_means(choice)


def _tests_and_models(choice: Choice, model: choices.Model) -> None:
    tte, by, reference = choice.tte, choice.by, choice.reference
    rho, gamma = model.weights
    tests = [compute(survival.logrank, tte, by=by)]
    if model.strata or rho or gamma:
        tests.append(
            compute(survival.logrank, tte, by=by, strata=model.strata, rho=rho, gamma=gamma)
        )
    ratios = [compute(survival.hazard_ratios, tte, by=by, reference=reference)]
    if model.chosen:
        ratios.append(
            compute(survival.hazard_ratios, tte, by=by, reference=reference, **model.chosen)
        )
    left, right = st.columns([0.38, 0.62], gap="medium")
    with left:
        table.show(readout.tests(tests), "Log-rank tests")
    with right:
        table.show(readout.models(ratios), "Hazard ratios by model")
    if model.covariates:
        with st.expander("Every term of the adjusted model"):
            table.show(readout.terms(ratios[-1]), "Terms of the adjusted model")
    figure.explain(*tests, *ratios)
    frames = {"Log-rank": tests[0].numbers, "Unadjusted": ratios[0].table}
    if len(tests) > 1:
        frames["Log-rank as chosen"] = tests[1].numbers
    if len(ratios) > 1:
        frames |= {"Model as chosen": ratios[1].table, "Terms": ratios[1].coefficients}
    name = f"{choice.name}_models"
    figure.numbers("Tests and models", frames, choice.trial, name, [*tests, *ratios])


def _proportionality(choice: Choice, model: choices.Model) -> None:
    """Check proportional hazards in the model chosen."""
    result = compute(
        survival.proportional_hazards, choice.tte, by=choice.by, reference=choice.reference,
        **model.chosen,
    )  # fmt: skip
    if result.residuals.empty:
        st.markdown("#### Hazard ratio over time")
        figure.explain(result)
        return
    drawn = compute(schoenfeld_figure, result, choice.population)
    figure.heading(drawn)
    figure.chart(drawn, choice.trial, "schoenfeld")
    st.markdown(escape(proportional_hazards.summary(result)))
    table.show(readout.proportional_hazards(result), "Test of proportional hazards")
    figure.explain(drawn)
    frames = {"Proportional hazards": result.table, "Residuals": result.residuals}
    figure.downloads(drawn, frames, choice.trial, f"{choice.name}_proportional_hazards")


def _restricted_means(choice: Choice) -> None:
    st.markdown("#### Restricted mean survival time")
    try:
        means = compute(
            survival.rmst, choice.tte, by=choice.by, reference=choice.reference, tau=choices.tau()
        )
    except ValueError as problem:
        st.info(escape(str(problem)))
        return
    st.markdown(escape(rmst.summary(means)))
    left, right = st.columns(2, gap="medium")
    with left:
        table.show(readout.rmst(means), "Restricted mean survival time, months")
    with right:
        table.show(readout.rmst_differences(means), "Differences in months")
    figure.explain(means)
    frames = {"RMST": means.table, "RMST differences": means.differences}
    figure.numbers("Restricted means", frames, choice.trial, f"{choice.name}_rmst", [means])
