"""The mapping compiler: a feed's expressions and value maps become one std SELECT and one reject SELECT."""
