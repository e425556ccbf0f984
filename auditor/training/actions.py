"""What is done with training: the verbs, each in the room of its kind."""

from __future__ import annotations

from auditor.training.attesting import attest as attest
from auditor.training.leeway import change_due as change_due
from auditor.training.leeway import change_due_of_departments as change_due_of_departments
from auditor.training.leeway import exempt as exempt
from auditor.training.leeway import remind as remind
from auditor.training.leeway import withdraw_exemption as withdraw_exemption
from auditor.training.offering import EVERYONE as EVERYONE
from auditor.training.offering import Terms as Terms
from auditor.training.offering import change_rule as change_rule
from auditor.training.offering import create_rule as create_rule
from auditor.training.offering import departments as departments
from auditor.training.offering import import_course as import_course
from auditor.training.offering import open_course as open_course
from auditor.training.offering import retire as retire
from auditor.training.rounds import assign_due as assign_due
from auditor.training.rounds import carry_out as carry_out
from auditor.training.taking import finish_reading as finish_reading
from auditor.training.taking import save_answer as save_answer
from auditor.training.taking import show as show
from auditor.training.taking import start_quiz as start_quiz
from auditor.training.taking import submit_quiz as submit_quiz
