package efecty

import "github.com/vuelto/vuelto/pkg/provider"

// grounds tell of each fact in the profile where it is known from.
func grounds() []provider.Ground {
	return []provider.Ground{
		provider.TheQuietPeriod(),
		{Source: "house contract: Efecty publishes no interface"},
	}
}
