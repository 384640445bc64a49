"""All that is known of candidates before anything is learnt: a document made ready for a template."""
