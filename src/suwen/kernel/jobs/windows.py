"""Windows of the day: between two times a thing may begin, over midnight where the second is the earlier."""

from datetime import datetime, time, timedelta


def opened(moment: datetime, opens: time, closes: time) -> datetime:
    """Return a local moment itself when the window is open then, else when it opens next."""
    at = moment.timetz().replace(tzinfo=None)
    inside = opens <= at < closes if opens < closes else at >= opens or at < closes
    if inside:
        return moment
    day = moment.date() if at < opens else moment.date() + timedelta(days=1)
    return datetime.combine(day, opens, moment.tzinfo)
