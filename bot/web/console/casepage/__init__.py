"""One case: all that is known of it, and the forms of what its reader may do with it now."""

from bot.web.console.casepage.page import CasePage

__all__ = ["CasePage"]
