"""From counts to reach: likelihoods, expansions, fits, toys, posteriors, designs."""
