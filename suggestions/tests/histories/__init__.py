"""Random histories of a few cases: who acts (``acts``), which ways there are (``ways``), who must hear (``told``)."""
