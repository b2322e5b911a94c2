using Microsoft.Extensions.Logging;

namespace LibvirtBackup.Observation;

/// <summary>What is logged of operations.</summary>
internal static partial class Log
{
    [LoggerMessage(EventId = 1, Level = LogLevel.Debug, Message = "{Operation} of '{Subject}' begins")]
    internal static partial void Begun(ILogger logger, OperationKind operation, string subject);

    [LoggerMessage(EventId = 2, Message = "{Operation} of '{Subject}' ended after {Duration}: {Outcome}")]
    internal static partial void Ended(
        ILogger logger, LogLevel level, OperationKind operation, string subject, TimeSpan duration, string outcome);

    [LoggerMessage(EventId = 3, Level = LogLevel.Error, Message = "A handler of OperationEnded failed")]
    internal static partial void HandlerFailed(ILogger logger, Exception exception);
}
