"""The prediction log: what was asked, what was answered, when, and by which model.

A row of the log has the features under their own names and, under names that no column of a table
can be mistaken for, what follows. What came out later, the truth, is a column of the target's name.
Batch prediction writes Parquet or CSV, the service lines of JSON; backtests read all three. Only
what applies is there: probabilities, set and abstaining of classes, ends of quantities. A cell is
missing where too few rows calibrated to say it.
"""

ROW_ID = "log.row_id"  # text: the schema's key where all of it is there, else a number
TIME = "log.time"  # text: ISO 8601 in UTC, when the row was answered
RUN = "log.run"  # text: the id of the run whose model answered
PREDICTION = "said.prediction"  # what was decided, of the target's type
PROBABILITY = "said.p_"  # with the class: its probability
SET = "said.set"  # text: JSON list of the classes of the conformal set
LOW, HIGH = "said.low", "said.high"  # ends of the conformal interval
ABSTAIN = "said.abstain"  # whether the model is too unsure to decide
