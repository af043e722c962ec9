"""What editors write, taken away as a table and brought back: CSV and XLSX, in every language.

`columns` says what the columns of each model are, `files` reads and writes the two formats, `importing` compares a
file with the database and saves it, all or nothing.
"""
