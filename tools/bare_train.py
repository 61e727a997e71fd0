"""Fit a project's default model with nothing around it: what `make bench` compares with."""

import pickle
import tempfile
from pathlib import Path

import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

table = pd.read_csv("data/sample/penguins.csv").dropna(subset="sex")
inputs = table.drop(columns="sex")
numbers = inputs.select_dtypes("number").columns.tolist()
others = [name for name in inputs if name not in numbers]
prepare = ColumnTransformer(
    [
        ("number", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numbers),
        (
            "category",
            make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder()),
            others,
        ),
    ]
)
model = make_pipeline(prepare, LogisticRegression(max_iter=1000)).fit(inputs, table["sex"])
Path(tempfile.gettempdir(), "model.pkl").write_bytes(pickle.dumps(model))
