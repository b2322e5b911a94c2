namespace LibvirtBackup.Repositories;

/// <summary>A point that has to stay: it is served, or a domain runs from it.</summary>
/// <param name="Point">The point's id.</param>
/// <param name="Reason">Who uses it: <c>domain 'web-now' of host 'alpha' runs from it</c>.</param>
/// <param name="Remedy">What ends that.</param>
public sealed record PointUse(string Point, string Reason, string Remedy);
