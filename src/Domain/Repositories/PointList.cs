namespace LibvirtBackup.Repositories;

/// <summary>The restore points of a repository.</summary>
/// <param name="Points">Those that can be read, oldest first.</param>
/// <param name="Damaged">One line for each whose manifest is damaged; the others are not harmed by it.</param>
public sealed record PointList(IReadOnlyList<PointSummary> Points, IReadOnlyList<string> Damaged);
