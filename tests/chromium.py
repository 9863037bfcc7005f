"""Headless Chromium, driven by Selenium, where it is installed."""

import shutil

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
DRIVER = shutil.which("chromedriver")
MISSING = "no Chromium with chromedriver on this machine"


def started(profile):
    """A browser whose profile is in a folder."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    words = "headless=new no-sandbox disable-gpu no-first-run disable-background-networking disable-component-update"
    for word in (*words.split(), "disable-sync", "window-size=1400,1000", f"user-data-dir={profile}"):
        options.add_argument(f"--{word}")
    return webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
