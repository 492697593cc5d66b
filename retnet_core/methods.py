"""Every statistic that the program shows: what it is, what computes and what checks it.

Data for the page of documents that the tests write (``docs/validation.md``) and the screen that
shows it. A test compares found with expected numbers under the key of a statistic and the name of
a reference; both are declared here, and a complete run fails where one of them was not compared.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

VALIDATION = Path(__file__).resolve().parent.parent / "docs" / "validation.md"
"""The page that the tests write."""
LIBRARIES = ("pandas", "numpy", "scipy", "lifelines", "greenwood", "statsmodels")
"""The distributions that the numbers come from."""
TINY = 1e-6
"""Deviations from expected numbers below this are told relative to it: 0 has no scale."""

HERE = "this program"
R, LIFELINES, GREENWOOD, HAND, SECOND = "R", "lifelines", "greenwood", "hand", "second"
SMALL, STATSMODELS, PATSY, COUNTED = "small", "statsmodels", "patsy", "counted"
_KINDS = {
    R: "R: {}",
    LIFELINES: "lifelines, {}",
    GREENWOOD: "greenwood, {}",
    SMALL: "lifelines, {}",
    STATSMODELS: "statsmodels, {}",
    PATSY: "patsy, {}",
    HAND: "Worked by hand: {}",
    SECOND: "Another way here: {}",
    COUNTED: "Counted again: {}",
}

OVERVIEW = "Overview"
CURVES = "Survival: curves"
ESTIMATES = "Survival: estimates"
HAZARD = "Survival: hazard over time"
COMPARISON = "Survival: comparison"
CAUSES = "Survival: competing risks"
SUBGROUPS = "Survival: subgroups"
DESIGN = "Survival: design"
SAFETY = "Safety"
QUALITY = "Quality of life"

_RANDOM = "made-up trials"


@dataclass(frozen=True, eq=False)
class Statistic:
    """A number that the program shows.

    Attributes
    ----------
    key : str
        How the tests call it.
    name, definition : str
        What it is, in a line.
    computed_by : tuple of str
        Names of distributions, or "this program".
    reference : mapping of str to str
        Kind of reference (R, a second library, worked by hand, ...) -> the call or the case.
    where : tuple of str
        Screens, the one under which it is listed first.
    """

    key: str
    name: str
    definition: str
    computed_by: tuple[str, ...]
    reference: Mapping[str, str]
    where: tuple[str, ...]


@dataclass(frozen=True)
class Agreement:
    """How numbers of a run agreed with a reference.

    Attributes
    ----------
    n : int
        Numbers compared.
    deviation : float
        The largest of |found - expected| / max(|expected|, `TINY`); 0 where both are missing.
    """

    n: int
    deviation: float


STATISTICS = (
    Statistic(
        "accrual",
        "Patients by arm and WHO grade, and over time",
        "Patients of each arm assigned; over time those randomised up to and with a day (by first "
        "embolization where the export has no randomisation date).",
        (HERE,),
        {COUNTED: "the demonstration's spreadsheet, row by row, without pandas"},
        (OVERVIEW,),
    ),
    Statistic(
        "endpoint_times",
        "Time and event of each patient",
        "Date of the event, or of censoring, minus start date + 1, in days, by the endpoint's rule "
        "in force. Months = days / 30.4375.",
        (HERE,),
        {HAND: "patients made up for every rule and switch, of dates and of imaging"},
        (CURVES, OVERVIEW),
    ),
    Statistic(
        "events",
        "Patients and events",
        "Patients with a time, and those whose time ends in the event.",
        (HERE,),
        {R: "`survfit`, and `table(colon$rx, colon$status)`; survival 3.5-3"},
        (CURVES, OVERVIEW, COMPARISON, SUBGROUPS),
    ),
    Statistic(
        "km_survival",
        "Kaplan-Meier curve",
        "Estimated share still free of the event after each time: the product of 1 - events / at "
        "risk over the event times so far. Drawn as 1 minus it where so chosen.",
        ("lifelines",),
        {
            R: "`survfit(Surv(time, event) ~ group)`, survival 3.5-3",
            LIFELINES: f"`KaplanMeierFitter`; {_RANDOM}",
            GREENWOOD: f"`KaplanMeier`; {_RANDOM}",
            HAND: "3 patients, between their times and past the end",
        },
        (CURVES,),
    ),
    Statistic(
        "km_limits",
        "95% limits of the curve",
        "Greenwood's variance on the log(-log) scale, pointwise; none where the curve is at 0.",
        ("lifelines",),
        {
            R: '`survfit(..., conf.type = "log-log")`, survival 3.5-3',
            GREENWOOD: f'`KaplanMeier(conf_type="log-log")`; {_RANDOM}',
        },
        (CURVES,),
    ),
    Statistic(
        "numbers_at_risk",
        "Numbers under the curve",
        "At a month: at risk are times of at least that month, events and censored those strictly "
        "before; the three sum to all patients.",
        (HERE,),
        {
            R: "`n.risk`, `n.event` and `n.censor` of `survfit`, survival 3.5-3",
            HAND: "4 patients at 5 ticks, with times on a tick",
        },
        (CURVES,),
    ),
    Statistic(
        "km_at_months",
        "Estimates at given months, with 95% limits",
        "The curve and its limits read at that month; missing past the last follow-up of a curve "
        "that has not reached 0.",
        (HERE,),
        {R: '`summary(survfit(..., conf.type = "log-log"), times)`, survival 3.5-3'},
        (ESTIMATES, CURVES),
    ),
    Statistic(
        "km_quantiles",
        "Median, and for scripts quartiles",
        "First time at which the curve is at or below 50% (75%, 25%); the middle of the stretch "
        "where it rests exactly there.",
        (HERE,),
        {R: "`quantile(survfit(...), c(.25, .5, .75))`, and flat stretches; survival 3.5-3"},
        (CURVES,),
    ),
    Statistic(
        "km_quantile_limits",
        "95% limits of the median",
        "The same reading of the curve's log(-log) limits (Brookmeyer and Crowley).",
        (HERE,),
        {R: '`quantile(survfit(..., conf.type = "log-log"))`, survival 3.5-3'},
        (CURVES,),
    ),
    Statistic(
        "median_follow_up",
        "Median follow-up, with 95% limits",
        "Reverse Kaplan-Meier: the median time to censoring, with the event as what censors "
        "(Schemper and Smith).",
        ("lifelines", HERE),
        {R: '`survfit(Surv(time, 1 - event) ~ group, conf.type = "log-log")`, survival 3.5-3'},
        (CURVES, OVERVIEW),
    ),
    Statistic(
        "crossing",
        "Where two curves cross",
        "Months at which the difference of the first two curves changes its sign, with at least 10 "
        "at risk in each and an event seen in both.",
        (HERE,),
        {HAND: "curves of 30 patients an arm that cross, touch, or cross with 10 or 9 at risk"},
        (CURVES,),
    ),
    Statistic(
        "km_difference",
        "Difference of survival at a month, with 95% limits",
        "Group minus reference; the two Greenwood variances added, limits on the plain scale.",
        (HERE,),
        {
            R: '`surv` and `std.err` of `summary(survfit(..., conf.type = "plain"), times)`, '
            "survival 3.5-3",
            HAND: "7 patients, and the reference the other way round",
        },
        (ESTIMATES, CURVES),
    ),
    Statistic(
        "landmark",
        "Landmark analysis",
        "Only patients still followed without the event after the landmark, times counted from it.",
        (HERE,),
        {
            HAND: "7 patients with times before, on and after the landmark",
            SECOND: "the curve from month 6 is the whole curve divided by its value there",
        },
        (CURVES,),
    ),
    Statistic(
        "logrank",
        "Log-rank test",
        "Chi-square and two-sided p of observed against expected events, all groups together; "
        "every event weighs the same.",
        ("greenwood", "scipy"),
        {
            R: "`survdiff(Surv(time, event) ~ group)`, with observed and expected; survival 3.5-3",
            LIFELINES: f"`multivariate_logrank_test`; {_RANDOM}",
            GREENWOOD: f"`logrank_test`; {_RANDOM}",
        },
        (CURVES, COMPARISON),
    ),
    Statistic(
        "logrank_stratified",
        "Stratified log-rank test",
        "Log-rank test whose expected events are counted within each stratum, then summed.",
        ("greenwood", "scipy"),
        {
            R: "`survdiff(... ~ group + strata(...))`, survival 3.5-3",
            SECOND: "strata with one level give the unstratified test",
        },
        (COMPARISON,),
    ),
    Statistic(
        "logrank_weighted",
        "Fleming-Harrington log-rank test",
        "Log-rank with each event weighed by S(t-)^rho (1 - S(t-))^gamma: rho looks at early "
        "differences, gamma at late ones.",
        ("greenwood", "scipy"),
        {
            R: "`survdiff(..., rho = 0.5)` and `rho = 1`, also in strata; survival 3.5-3",
            LIFELINES: "`multivariate_logrank_test` with the same weights, gamma too",
        },
        (COMPARISON,),
    ),
    Statistic(
        "hazard_ratio",
        "Hazard ratio, with 95% limits and p",
        "Cox model of all groups shown, ties by Efron: coefficient, standard error, Wald limits "
        "and two-sided Wald p. Below 1: fewer events in the group than in the reference.",
        (HERE, "scipy"),
        {
            R: '`coxph(Surv(time, event) ~ group, ties = "efron")`, survival 3.5-3',
            GREENWOOD: f"`CoxPH`; {_RANDOM}",
            LIFELINES: "`CoxPHFitter` run to its maximum, on R's data",
            SMALL: f"the same; {_RANDOM}, where R's rule ends the steps below the maximum",
        },
        (CURVES, COMPARISON),
    ),
    Statistic(
        "hazard_ratio_stratified",
        "Stratified hazard ratio",
        "Cox model with a baseline hazard of its own in each stratum.",
        (HERE, "scipy"),
        {
            R: "`coxph(... ~ group + strata(...))`, survival 3.5-3",
            SECOND: "strata with one level give the unstratified model",
        },
        (COMPARISON,),
    ),
    Statistic(
        "hazard_ratio_adjusted",
        "Adjusted hazard ratio",
        "Cox model with covariates beside the groups: numbers as they are, texts against their "
        "first level.",
        (HERE, "scipy"),
        {R: "`coxph(... ~ group + covariates)`, survival 3.5-3"},
        (COMPARISON,),
    ),
    Statistic(
        "hazard",
        "Events per 100 patient-months",
        "Events of an interval over the patient-months followed in it, which is the hazard if that "
        "is constant within the interval.",
        (HERE,),
        {
            LIFELINES: "`PiecewiseExponentialFitter`, on R's data",
            COUNTED: f"each patient's time in each interval, one by one; {_RANDOM}",
            HAND: "5 patients in 3 intervals",
        },
        (HAZARD,),
    ),
    Statistic(
        "hazard_limits",
        "95% limits of events per 100 patient-months",
        "Exact Poisson limits (Garwood) of the events, over the patient-months.",
        ("scipy",),
        {
            R: "`poisson.test(x)$conf.int` as printed with 7 digits, R 4.2.2",
            STATSMODELS: f'`confint_poisson(method="exact-c")`; {_RANDOM}',
        },
        (HAZARD,),
    ),
    Statistic(
        "zph",
        "Test of proportional hazards",
        "Score test of Grambsch and Therneau: does the log hazard ratio drift with 1 minus the "
        "Kaplan-Meier curve of all patients? A row a term, and all together.",
        ("greenwood", "scipy"),
        {R: '`cox.zph(fit, transform = "km", terms = FALSE)`, survival 3.5-3'},
        (COMPARISON, CURVES),
    ),
    Statistic(
        "schoenfeld",
        "Scaled Schoenfeld residuals",
        "One for each event: the residual scaled by the average information, plus the "
        "coefficient, estimates the log hazard ratio at that time.",
        ("greenwood", HERE),
        {GREENWOOD: '`residuals("scaledsch")` of `CoxPH` on the columns as they are'},
        (COMPARISON,),
    ),
    Statistic(
        "schoenfeld_line",
        "Smoothed line through the residuals, with 95% limits",
        "Natural cubic spline with 4 degrees of freedom and R's knots, by least squares.",
        (HERE,),
        {PATSY: "`cr()` with the same knots, and the hat matrix; not compared with R"},
        (COMPARISON,),
    ),
    Statistic(
        "rmst",
        "Restricted mean survival time, with 95% limits",
        "Area under the Kaplan-Meier curve up to tau: the average time free of the event within "
        "tau, with its standard error.",
        ("greenwood",),
        {
            R: "`survRM2:::rmst1`, survRM2 1.0-4, and `summary(survfit(...), rmean = tau)`",
            HAND: "curves of 3 and 4 patients, and tau where nobody had the event",
        },
        (COMPARISON,),
    ),
    Statistic(
        "rmst_difference",
        "Difference of restricted means, with 95% limits and p",
        "Group minus reference up to one tau, variances added, normal limits and two-sided p.",
        ("greenwood",),
        {
            R: "`survRM2::rmst2(time, status, arm, tau)`, survRM2 1.0-4",
            SECOND: "the difference of the two areas, their standard errors added as squares",
        },
        (COMPARISON, CURVES),
    ),
    Statistic(
        "first_event",
        "Which event came first",
        "Hepatic progression, other progression or death, whichever came first; on one day in "
        "this order.",
        (HERE,),
        {HAND: "4 patients under each switch"},
        (CAUSES,),
    ),
    Statistic(
        "cif",
        "Cumulative incidence",
        "Estimated share that has had this event first, the others competing (Aalen-Johansen).",
        ("greenwood",),
        {
            R: "`survfit(Surv(time, factor) ~ group)`, survival 3.5-3",
            HAND: "4 patients with two causes",
            SECOND: "the causes' incidences sum to 1 - Kaplan-Meier of any event",
        },
        (CAUSES,),
    ),
    Statistic(
        "cif_error",
        "Standard error of the cumulative incidence",
        "Of the Aalen-Johansen estimate, by the delta method.",
        ("greenwood",),
        {R: "`std.err` of `summary(survfit(...), times)`, survival 3.5-3"},
        (CAUSES,),
    ),
    Statistic(
        "cif_limits",
        "95% limits of the cumulative incidence",
        "On the log(-log) scale, pointwise; none at 0 and 1.",
        ("greenwood",),
        {R: '`survfit(..., conf.type = "log-log")`, survival 3.5-3'},
        (CAUSES,),
    ),
    Statistic(
        "cif_numbers",
        "Numbers under the incidence",
        "At a month: at risk, censored and first events of each cause so far; they sum to all.",
        (HERE,),
        {HAND: "4 patients at 3 ticks"},
        (CAUSES,),
    ),
    Statistic(
        "gray",
        "Gray's test",
        "Chi-square and two-sided p of a difference between the groups' incidences of a cause.",
        ("greenwood",),
        {R: "`cuminc(time, status, group)$Tests`, cmprsk 2.2-11"},
        (CAUSES,),
    ),
    Statistic(
        "occupancy",
        "States over time",
        "Share of the patients free of all events, or in the state of the event that came first.",
        (HERE,),
        {
            HAND: "4 patients with two causes",
            SECOND: "shares sum to 1 at every time",
        },
        (CAUSES,),
    ),
    Statistic(
        "naive",
        "What 1 - Kaplan-Meier would say",
        "The event of interest with the competing ones censored, and how much that exceeds the "
        "cumulative incidence.",
        (HERE,),
        {
            HAND: "4 patients with two causes",
            SECOND: "`kaplan_meier` of the first cause alone",
        },
        (CAUSES,),
    ),
    Statistic(
        "subgroup_hr",
        "Hazard ratio in a subgroup, with 95% limits and p",
        "Cox model of the subgroup's patients of two arms, ties by Efron, Wald; none where an arm "
        "has fewer than 5 events.",
        (HERE, "scipy"),
        {
            R: "`coxph(Surv(time, status) ~ arm)`, all patients; survival 3.5-3",
            GREENWOOD: "`CoxPH` of each level's patients, on R's colon data",
            LIFELINES: "`CoxPHFitter` of each level's patients, on R's colon data",
        },
        (SUBGROUPS,),
    ),
    Statistic(
        "interaction",
        "Interaction of arm and subgroup",
        "Likelihood-ratio test: does the hazard ratio differ between the known levels? Models with "
        "and without arm x subgroup, both with both main effects.",
        (HERE, "scipy"),
        {
            GREENWOOD: "`CoxPH`, twice the difference of the log-likelihoods, on R's colon data",
            LIFELINES: "`CoxPHFitter`, the same, with p",
        },
        (SUBGROUPS,),
    ),
    Statistic(
        "design_hr",
        "Observed hazard ratio beside the design's",
        "Cox model of TAE and cTACE alone, read the way round that is chosen.",
        (HERE, "scipy"),
        {SECOND: "`hazard_ratios` of the two arms' patients, and its inverse"},
        (DESIGN,),
    ),
    Statistic(
        "events_needed",
        "Events that the design needs",
        "Schoenfeld: 4 (z of alpha/2 + z of power)^2 / log(hazard ratio)^2, rounded up.",
        ("scipy", HERE),
        {HAND: "five designs, with the normal quantiles written out"},
        (DESIGN,),
    ),
    Statistic(
        "treated",
        "Treated patients",
        "Denominator of all percentages: patients embolized, by arm received, those without any "
        "adverse event included.",
        (HERE,),
        {
            R: 'rows with SAFFL = "Y" by arm, made-up ADSL; base R 4.2.2',
            HAND: "5 patients with flags, dates, sessions and an arm changed",
        },
        (SAFETY,),
    ),
    Statistic(
        "worst_grade",
        "Patients by worst grade",
        "Treated patients with a treatment-emergent event, once a row at the worst CTCAE grade.",
        (HERE,),
        {
            R: "distinct patients counted in base R 4.2.2 on made-up ADSL and ADAE",
            HAND: "classes, missing grades and a patient with several events",
        },
        (SAFETY,),
    ),
    Statistic(
        "grade_percent",
        "Percentage of treated patients",
        "Patients of the row / treated patients of the arm, as shown, with one decimal.",
        (HERE,),
        {R: "the same counts in base R 4.2.2, rounded to one decimal"},
        (SAFETY,),
    ),
    Statistic(
        "grade_limits",
        "95% limits of a percentage",
        "Clopper and Pearson's exact limits, of any grade and of grade 3 or more.",
        ("statsmodels",),
        {R: "`binom.test(n, N)$conf.int`, R 4.2.2"},
        (SAFETY,),
    ),
    Statistic(
        "qlq_c30",
        "QLQ-C30 scale scores",
        "Mean of the answered items turned to 0-100, where at least half are answered; the summary "
        "score is the mean of 13 scales, all required.",
        (HERE,),
        {R: "`PROscorer::qlqc30`, 412 forms with missing items"},
        (QUALITY,),
    ),
    Statistic(
        "ginet21",
        "QLQ-GI.NET21 scale scores",
        "Scored as the QLQ-C30; which item belongs to which scale was not verified against the "
        "manual.",
        (HERE,),
        {R: '`PROscorerTools::scoreScale(type = "pomp")`: the arithmetic only'},
        (QUALITY,),
    ),
    Statistic(
        "pro_mean",
        "Mean and standard deviation of a score",
        "Of the scored forms of a visit and group.",
        ("pandas",),
        {HAND: "3 forms"},
        (QUALITY,),
    ),
    Statistic(
        "pro_limits",
        "95% limits of a mean",
        "Student's t with n - 1 degrees of freedom; none where n is 1.",
        ("scipy",),
        {R: "`qt(0.975, 2)`, with which `t.test(x)$conf.int` is worked out"},
        (QUALITY,),
    ),
    Statistic(
        "pro_change",
        "Change from baseline",
        "Score minus that of the last form on or before the first embolization, else of the visit "
        "named baseline.",
        (HERE,),
        {HAND: "3 patients with screening, baseline and later forms"},
        (QUALITY,),
    ),
    Statistic(
        "visit_month",
        "Month of a visit",
        "Median day of its completed forms over all arms, from the first embolization, / 30.4375; "
        "without dates the time in its name.",
        ("pandas", HERE),
        {HAND: "3 patients, and six names of visits"},
        (QUALITY,),
    ),
    Statistic(
        "compliance",
        "Forms completed and expected",
        "Completed: an item answered or a score given. Expected: completed, or no death, last "
        "contact or data cut before the visit's day.",
        (HERE,),
        {HAND: "6 patients who died, left, started late or answered"},
        (QUALITY,),
    ),
)


def versions() -> dict[str, str]:
    """Give the installed versions of the libraries that the numbers come from."""
    return {name: metadata.version(name) for name in LIBRARIES}


def versions_in(text: str) -> dict[str, str]:
    """Read the versions that a page made by `page` was written with."""
    return {
        name: found[1]
        for name in LIBRARIES
        if (found := re.search(rf"\b{name} (\d[\w.]*\w)", text))
    }


def rounded_up(deviation: float) -> str:
    """Write a deviation as the next power of ten above it: "1e-13", or "0".

    Examples
    --------
    >>> rounded_up(3.2e-14)
    '1e-13'
    >>> rounded_up(0)
    '0'
    """
    return f"1e{math.ceil(math.log10(deviation)):d}" if deviation else "0"


def page(records: Mapping[tuple[str, str], Agreement]) -> str:
    """Lay out what was checked against what.

    Parameters
    ----------
    records : mapping
        (key of a statistic, kind of reference) -> how the numbers of a run agreed.

    Returns
    -------
    str
        Markdown: an introduction, the versions of the libraries, and a table a screen with a row
        a statistic and reference.

    Raises
    ------
    KeyError
        If a reference of a statistic has no record.
    """
    libraries = ", ".join(f"{name} {version}" for name, version in versions().items())
    sections = [_INTRODUCTION.replace("{libraries}", libraries)]
    for screen in dict.fromkeys(one.where[0] for one in STATISTICS):
        listed = [one for one in STATISTICS if one.where[0] == screen]
        lines = [line for one in listed for line in _lines(one, records)]
        sections += [f"## {screen}", "", *_HEADER, *lines, ""]
    return "\n".join(sections)


def _lines(one: Statistic, records: Mapping[tuple[str, str], Agreement]) -> list[str]:
    """Lay out a statistic: a row a reference, its name and definition on the first."""
    also = one.where[1:]
    shown = f" Also under {', '.join(also)}." if also else ""
    about = [one.name, one.definition + shown, ", ".join(one.computed_by)]
    lines = []
    for kind, what in one.reference.items():
        record = records[(one.key, kind)]
        cells = [*about, _KINDS[kind].format(what), f"{record.n:,}", rounded_up(record.deviation)]
        lines.append(f"| {' | '.join(cells)} |")
        about = ["", "", ""]
    return lines


_HEADER = (
    "| Statistic | Definition | Computed by | Checked against | Numbers compared "
    "| Largest relative deviation |",
    "|---|---|---|---|--:|--:|",
)
_INTRODUCTION = """\
# What was checked against what

Written by the tests at the end of a complete run without failures: change the tests or
`retnet_core/methods.py` instead.

Every statistic that the program shows is listed under its screen, with one row for each thing it
was compared with.

Numbers of R were computed with R 4.2.2 on data sets that come with R, and on made-up adverse
events and questionnaires; they are kept in `tests/references`, and each test names the R call. What
R was not asked is compared with a second library, with another way to the same number, or with
small cases worked by hand, and the row says which. "Made-up trials" are 60 of 8 to 40 patients in
two or three arms, with times in whole days and many ties.

The largest relative deviation is the largest |found - expected| / max(|expected|, `1e-6`) of all
numbers compared, rounded up to a power of ten: `1e-13` says that they agree to 13 digits. It is 0
where all are equal or both are missing. A test fails above `1e-8`, or above a stricter limit.
Exceptions, each with its reason in the test: numbers that R printed with few digits, Cox models by
lifelines, which goes on to the maximum where R's rule ends a step earlier (`1e-6` and `1e-5`), or
by greenwood on larger data, which may lose its last step to rounding (`1e-6`), and the line through
residuals (`1e-6`).

The libraries of that run: {libraries}.
"""
