"""Files made for download: staff's lists and the open data, for any number of rows in little memory.

``lists`` says what a file holds, ``formats`` how a row is written, ``making`` makes it batch by batch.
"""
