"""The report on a folder of results: REPORT.md, report.html and README's table, made from the records alone.

Nothing is trained or measured here. What is shown, in which order and under which words stands in results/index.json;
this package knows no run by name.

    build     the report as files
    index     index.json, read and checked
    records   facts about runs and trials, by the names that columns use
    tables    facts as Markdown tables
    curves    plots of how training went
    sections  the parts of the report as Markdown
    page      Markdown as one HTML page
    readme    the table of results between two markers of README
    maps      apart from the report: walks of one model with what each transformation did
"""
