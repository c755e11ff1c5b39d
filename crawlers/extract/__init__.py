"""From a page as fetched to links and adverts, as a definition says. Plain functions: no Scrapy here."""
