from . import PAGE, page

PAGE.write_text(page())
